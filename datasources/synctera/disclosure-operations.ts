import { type Disclosure, DisclosureEventType, type RecordDisclosureInput } from '../../schema/disclosure.js'
import { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { Rows } from '../contract/rows.js'
import { UnreadableRow } from '../http/list-contract.js'
import { type DisclosureDemand, disclosuresMissing, impliedTypes } from './disclosure-demand.js'
import { disclosureBody, holdsDisclosure, type SyncteraDisclosure, toDisclosure } from './disclosures.js'
import { command, query, type SyncteraInstance } from './instance.js'
import { rowsOfPerson } from './person-rows.js'
import { recordsByPerson } from './queries.js'
import { isSince } from './recovery.js'

const disclosures = recordsByPerson(
  'disclosures',
  (source, operation, personIds) => source.listDisclosures(operation, personIds),
  toDisclosure,
)

/** The only disclosure that holds what was sent and was recorded since; null where there is none, or more than one. */
async function findDisclosure(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  input: RecordDisclosureInput,
  begunAt: number,
): Promise<Disclosure | null> {
  const sent = disclosureBody(input, begunAt)
  const found: SyncteraDisclosure[] = []
  for (const row of rowsOfPerson(await source.listDisclosures(operation, [input.personId]), input.personId)) {
    // The row that cannot be read may be the record, or a second one.
    if (row instanceof UnreadableRow) return null
    if (holdsDisclosure(row, sent) && isSince(row.creation_time, begunAt)) found.push(row)
  }
  return found.length === 1 ? toDisclosure(found[0]!, drift) : null
}

const ACKNOWLEDGED: string = DisclosureEventType.ACKNOWLEDGED

/**
 * The error of a check that Synctera refuses until disclosures are recorded. Where the refusal names none, those that
 * the person has acknowledged are read; where they cannot be read, the error names none either.
 */
export async function missingDisclosures(
  { source }: SyncteraInstance,
  operation: OperationScope,
  personId: string,
  { demand: { types }, refusal }: { readonly demand: DisclosureDemand; readonly refusal: ApiError },
): Promise<ApiError> {
  if (types.length > 0) return disclosuresMissing(refusal, types)
  try {
    const rows = rowsOfPerson(await source.listDisclosures(operation, [personId]), personId)
    // The row that cannot be read may be the one that was acknowledged.
    if (rows.some((row) => row instanceof UnreadableRow)) return disclosuresMissing(refusal, [])
    const readable = rows as readonly SyncteraDisclosure[]
    const acknowledged = readable.filter((row) => row.event_type === ACKNOWLEDGED).map(({ type }) => type)
    return disclosuresMissing(refusal, impliedTypes(new Set(acknowledged)))
  } catch (error) {
    if (error instanceof ApiError) return disclosuresMissing(refusal, [])
    throw error
  }
}

export const disclosureQueries = {
  disclosuresOf: query<string, Rows<Disclosure>>({
    scope: 'persons:read',
    type: 'Disclosure',
    owner: (person) => ({ person }),
    load: (instance, operation, personId) => operation.loader(instance, disclosures).load(personId),
  }),
}

export const disclosureCommands = {
  recordDisclosure: command<RecordDisclosureInput, { disclosure: Disclosure }>({
    scope: 'persons:write',
    owner: ({ personId }) => ({ person: personId }),
    // The bank alone records what was disclosed at another time, or to another person.
    ownInput: ['personId', 'type', 'version', 'eventType'],
    type: 'RecordDisclosurePayload',
    repeatable: true,
    async recover(instance, operation, input, { begunAt }) {
      const disclosure = await findDisclosure(instance, operation, input, begunAt)
      return disclosure && { disclosure }
    },
    async run(instance, operation, input, { id, begunAt }) {
      const { source, drift } = instance
      const row = await source.recordDisclosure(operation, disclosureBody(input, begunAt), id)
      operation.loader(instance, disclosures).clear(input.personId)
      return { disclosure: toDisclosure(row, drift) }
    },
  }),
}
