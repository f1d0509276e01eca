import type { CreatePersonInput, Person, UpdatePersonInput } from '../../schema/person.js'
import type { PersonVerification, VerifyPersonInput } from '../../schema/person-verification.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { providerWord } from '../support/mapping.js'
import { nullIfNotFound } from '../contract/errors.js'
import { UnreadableRow } from '../http/list-contract.js'
import { Walk } from '../support/walk.js'
import { PAGE_LIMIT, type PersonBody, type PersonQuery, type SyncteraPerson } from './contract.js'
import { endlessList } from './errors.js'
import type { SyncteraInstance } from './instance.js'
import { rowsOfPerson } from './person-rows.js'
import { identifies, isCreatedBy, isHeld, isSameMetadata, lastFour } from './same-person.js'
import { createBody, toPerson, toVerificationResult, toVerificationStatus, updateBody } from './mapping.js'

// Recovery: what a write of which Synctera does not keep the answer may have made. Synctera keeps no 5xx under an
// idempotency key, so a repeat would be executed again.

/** Members that Synctera can filter persons by. */
const FILTERS = ['is_customer', 'status', 'first_name', 'last_name', 'email', 'phone_number', 'dob'] as const

/** True for a time that is not before this one. Some of Synctera's times have whole seconds. */
export const isSince = (time: string | null | undefined, begunAt: number): boolean =>
  time != null && Date.parse(time) >= Math.floor(begunAt / 1000) * 1000

/** The query of persons that equal a body; `*` is a wildcard there, so that a text with one is compared here only. */
function queryOf(body: PersonBody): PersonQuery {
  const filters = FILTERS.flatMap((name) => {
    const value = body[name]
    return value === undefined || String(value).includes('*') ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(filters), ssn_last_4: lastFour(body.ssn)!, sort_by: 'creation_time:desc' }
}

/** The only person that equals the input in all its members and was created since; null where there is none, or more than one. */
export async function findCreatedPerson(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  input: CreatePersonInput,
  begunAt: number,
): Promise<Person | null> {
  const body = createBody(input)
  if (!identifies(body)) return null
  const found: SyncteraPerson[] = []
  const walk = new Walk(endlessList)
  let token: string | undefined
  do {
    const page = await source.listPersons(operation, queryOf(body), PAGE_LIMIT, token)
    for (const row of page.persons) {
      // The row that cannot be read may be the person, or a second one.
      if (row instanceof UnreadableRow) return null
      if (isCreatedBy(body, row) && isSince(row.creation_time, begunAt)) found.push(row)
    }
    token = walk.next(page.next_page_token, page.persons.length)
    if (token !== undefined && walk.isExhausted) return null
  } while (token !== undefined && found.length < 2)
  return found.length === 1 ? toPerson(found[0]!, drift) : null
}

/**
 * The person, if it was updated since and holds all that was sent. A social security number is shown by its last four
 * digits alone, which another number may share, so nothing tells whether it was written.
 */
export async function findUpdatedPerson(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  input: UpdatePersonInput,
  begunAt: number,
): Promise<Person | null> {
  const { note, ssn, ...shown } = updateBody(input)
  if (ssn !== undefined) return null
  const held = await nullIfNotFound(source.getPerson(operation, input.id))
  if (held === null || !isSince(held.last_updated_time, begunAt)) return null
  // A note is not shown, so nothing tells whether it was written; another update of the person is no evidence.
  if (note !== undefined && Object.keys(shown).length === 0) return null
  const { legal_address, shipping_address, metadata, ...members } = shown
  const isWritten =
    isHeld(members, held) &&
    isHeld(legal_address ?? {}, held.legal_address) &&
    isHeld(shipping_address ?? {}, held.shipping_address) &&
    (metadata === undefined || isSameMetadata(metadata, held.metadata))
  return isWritten ? toPerson(held, drift) : null
}

/** The results of the one check that was run on the person since; null where none was, or where results contradict it. */
export async function findVerification(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  { personId }: VerifyPersonInput,
  begunAt: number,
): Promise<PersonVerification | null> {
  const person = await nullIfNotFound(source.getPerson(operation, personId))
  if (person === null || !isSince(person.verification_last_run, begunAt)) return null
  const rows = rowsOfPerson(await source.listVerifications(operation, [personId]), personId)
  const results = []
  for (const row of rows) {
    if (row instanceof UnreadableRow) return null
    if (isSince(row.verification_time, begunAt)) results.push(row)
  }
  const types = new Set(results.map(({ verification_type: type }) => type))
  if (results.length === 0 || types.size < results.length) return null
  return {
    status: toVerificationStatus(person.verification_status, drift),
    statusRaw: providerWord(person.verification_status),
    results: results.map((row) => toVerificationResult(row, drift)),
    personId,
  }
}
