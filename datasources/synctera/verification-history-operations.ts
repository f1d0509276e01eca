import type { PersonVerificationResult } from '../../schema/person-verification.js'
import { inputDecisions, maskedMembersOf } from '../../schema/field-masks.js'
import type { Page } from '../../schema/page.js'
import type { PersonVerificationFilter, RecordPersonVerificationInput } from '../../schema/verification-history.js'
import { nullIfNotFound } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { UnreadableRow } from '../http/list-contract.js'
import { isPersonId, PAGE_LIMIT, type SyncteraVerification } from './contract.js'
import { rowsOfAllPages } from './pages.js'
import { command, query, type SyncteraInstance } from './instance.js'
import { toVerificationResult } from './mapping.js'
import { concernsPerson, rowsOfPerson } from './person-rows.js'
import { clearPerson } from './queries.js'
import { isSince } from './recovery.js'
import { emptyPage, loadTokenPage, type PageKey } from './token-page.js'
import { historyQuery, isRecorded, recordedBody } from './verification-history.js'

/** A page of the verifications of a person. */
interface HistoryKey extends PageKey {
  readonly personId: string
  readonly filter?: PersonVerificationFilter | null | undefined
}

/** A filter on an outcome discloses it. */
const PERSONAL_FILTERS = maskedMembersOf(
  inputDecisions['PersonVerificationFilter']!,
) as readonly (keyof PersonVerificationFilter)[]

const personalCriteriaOf = ({ filter }: HistoryKey): readonly string[] =>
  PERSONAL_FILTERS.filter((name) => filter?.[name] != null).map((name) => `PersonVerificationFilter.${name}`)

/** True for a verification that has what the filter asks for: a provider may ignore a filter. */
const belongs = (
  { type, result }: PersonVerificationResult,
  filter: PersonVerificationFilter | null | undefined,
): boolean =>
  (filter?.types == null || filter.types.some((each) => each === type)) &&
  (filter?.outcomes == null || filter.outcomes.some((each) => each === result))

async function historyPage(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  { personId, filter, ...part }: HistoryKey,
): Promise<Page<PersonVerificationResult>> {
  // A person of another id than Synctera's has no verifications there; a filter for nothing finds nothing.
  if (!isPersonId(personId) || filter?.types?.length === 0 || filter?.outcomes?.length === 0) return emptyPage(part)
  const selection = historyQuery(personId, filter)
  return loadTokenPage(
    operation,
    {
      name: 'verifications',
      selection,
      async load(limit, pageToken) {
        const page = await nullIfNotFound(source.pageOfVerifications(operation, selection, limit, pageToken))
        // A person whom Synctera does not know has none.
        return { rows: page?.verifications ?? [], next: page?.next_page_token }
      },
      toNode: toVerificationResult,
      concerns: (row) => concernsPerson(row, personId),
      belongs: (result) => belongs(result, filter),
    },
    part,
    drift,
  )
}

/** The only verification that was recorded since and equals what was sent; null where there is none, or more than one. */
async function findRecorded(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  input: RecordPersonVerificationInput,
  begunAt: number,
): Promise<PersonVerificationResult | null> {
  const sent = recordedBody(input)
  const selection = historyQuery(input.personId, { types: [input.type] })
  const rows = await rowsOfAllPages(async (pageToken) => {
    const page = await source.pageOfVerifications(operation, selection, PAGE_LIMIT, pageToken)
    return { rows: page.verifications, next: page.next_page_token }
  })
  const found: SyncteraVerification[] = []
  for (const row of rowsOfPerson(rows, input.personId)) {
    // The row that cannot be read may be the record, or a second one.
    if (row instanceof UnreadableRow) return null
    if (isRecorded(row, sent) && isSince(row.creation_time, begunAt)) found.push(row)
  }
  return found.length === 1 ? toVerificationResult(found[0]!, drift) : null
}

export const verificationHistoryQueries = {
  verificationById: query<string, PersonVerificationResult | null>({
    scope: 'persons:read',
    type: 'PersonVerificationResult',
    async load({ source, drift }, operation, id) {
      if (!isPersonId(id)) return null
      const row = await nullIfNotFound(source.getVerification(operation, id))
      // A check of a business is none of a person.
      return row === null || row.business_id ? null : toVerificationResult(row, drift)
    },
  }),

  verificationPage: query<HistoryKey, Page<PersonVerificationResult>>({
    scope: 'persons:read',
    extraScopes: (key) => (personalCriteriaOf(key).length > 0 ? ['pii:read'] : []),
    searchedBy: personalCriteriaOf,
    type: 'PersonVerificationResultConnection',
    owner: ({ personId }) => ({ person: personId }),
    load: historyPage,
  }),
}

export const verificationHistoryCommands = {
  recordPersonVerification: command<RecordPersonVerificationInput, { verification: PersonVerificationResult }>({
    scope: 'person-outcomes:write',
    type: 'RecordPersonVerificationPayload',
    repeatable: true,
    concerned: ({ verification: { id } }): Readonly<Record<string, string>> =>
      id === null ? {} : { verificationId: id },
    async recover(instance, operation, input, { begunAt }) {
      const verification = await findRecorded(instance, operation, input, begunAt)
      return verification && { verification }
    },
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const row = await source.recordVerification(operation, recordedBody(input), id)
      clearPerson(instance, operation, input.personId)
      return { verification: toVerificationResult(row, drift) }
    },
  }),
}
