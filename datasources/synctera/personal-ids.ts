import { type Static, Type } from '@sinclair/typebox'
import type { AddPersonalIdInput, ChangedPersonalId, CorrectPersonalIdInput } from '../../schema/personal-id-changes.js'
import { PersonalIdType } from '../../schema/personal-id.js'
import { contract } from '../http/call.js'
import { UnreadableRow } from '../http/list-contract.js'
import { OptionalText } from '../support/contract-types.js'
import { type Drift, omitNullish, providerWord, toDate, toEnum } from '../support/mapping.js'
import { type PersonalIdBody, readPersonalIds, type SyncteraPerson } from './contract.js'
import { assertChanges, isMaskedType, nullMembers } from './mapping.js'

/** Personal ids of Synctera v0. Reference: https://docs.synctera.com/reference/createpersonalid, /updatepersonalid, /deletepersonalid */
const PersonalId = Type.Object({
  id: Type.String({ minLength: 1 }),
  id_type: Type.String(),
  identifier: Type.String(),
  country_code: OptionalText,
  issue_date: OptionalText,
  expiry_date: OptionalText,
  /** The person; compared where it is a text. */
  customer_id: Type.Optional(Type.Unknown()),
})

export const personalIdAnswer = contract(PersonalId)

type SyncteraPersonalId = Static<typeof PersonalId>

/** The body of a request that adds a personal id. */
export interface PersonalIdOfPerson extends PersonalIdBody {
  customer_id: string
}

/** The body of a request that corrects a personal id; `id_type` is required, and must be the present one. */
export type PersonalIdChange = Pick<PersonalIdBody, 'id_type'> & Partial<PersonalIdBody>

export const addedBody = (input: AddPersonalIdInput): PersonalIdOfPerson =>
  omitNullish({
    customer_id: input.personId,
    id_type: input.type,
    identifier: input.identifier,
    country_code: input.countryCode,
    issue_date: input.issueDate,
    expiry_date: input.expiryDate,
  })

export function correctedMembers(input: CorrectPersonalIdInput): Partial<PersonalIdBody> {
  const { idempotencyKey: _key, personId: _person, personalIdId: _id, ...changes } = input
  const members = omitNullish({
    identifier: changes.identifier,
    country_code: changes.countryCode,
    issue_date: changes.issueDate,
    expiry_date: changes.expiryDate,
  })
  assertChanges(nullMembers('input', changes), members)
  return members
}

/** Length from which the last four characters are shown: of a shorter identifier they would disclose most. */
const MIN_LENGTH_FOR_LAST_FOUR = 8

/** An identifier without the signs that are written between its characters, or in place of hidden ones. */
const plain = (identifier: string): string => identifier.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase()

/** The last four characters of an identifier. What Synctera shows of a masked one is not longer than that. */
function lastFourOf({ id_type: type, identifier }: SyncteraPersonalId): string | null {
  const text = isMaskedType(type) ? plain(identifier) : identifier
  if (text.length >= MIN_LENGTH_FOR_LAST_FOUR) return text.slice(-4)
  return isMaskedType(type) && text.length <= 4 ? text || null : null
}

/** A personal id without its identifier: a write does not tell what was written. */
export const toChangedPersonalId = (id: SyncteraPersonalId, personId: string, drift: Drift): ChangedPersonalId => ({
  id: id.id,
  personId,
  type: toEnum(PersonalIdType, id.id_type, 'personal_id.id_type', drift),
  typeRaw: providerWord(id.id_type),
  lastFour: lastFourOf(id),
  countryCode: id.country_code ?? null,
  issueDate: toDate(id.issue_date, 'personal_id.issue_date', drift),
  expiryDate: toDate(id.expiry_date, 'personal_id.expiry_date', drift),
})

/** The personal ids of a person, and whether all of them could be read. */
export function personalIdsOf(person: SyncteraPerson): {
  readonly ids: readonly SyncteraPersonalId[]
  readonly isWhole: boolean
} {
  const rows = readPersonalIds(person.personal_ids ?? [])
  const ids = rows.flatMap((row) => (row instanceof UnreadableRow ? [] : [row]))
  return { ids, isWhole: ids.length === rows.length }
}

/** The least that is compared of a masked identifier: four characters, of which one may be a hyphen. */
const MIN_LENGTH_COMPARED = 3

function isSameIdentifier(type: string, sent: string, held: string): boolean {
  const [whole, shown] = [plain(sent), plain(held)]
  const end = shown.slice(-4)
  return whole === shown || (isMaskedType(type) && end.length >= MIN_LENGTH_COMPARED && whole.endsWith(end))
}

/** True of a personal id that shows the identifier that was sent as a whole: what is hidden of one may be another's. */
export const showsIdentifier = (held: SyncteraPersonalId, sent: Partial<PersonalIdBody>): boolean =>
  sent.identifier === undefined || plain(sent.identifier) === plain(held.identifier)

/** True of a personal id that holds all that was sent, as far as Synctera shows it. */
export const holdsPersonalId = (held: SyncteraPersonalId, sent: Partial<PersonalIdBody>): boolean =>
  (sent.id_type === undefined || held.id_type === sent.id_type) &&
  (sent.identifier === undefined || isSameIdentifier(held.id_type, sent.identifier, held.identifier)) &&
  (sent.country_code === undefined || held.country_code === sent.country_code) &&
  (sent.issue_date === undefined || held.issue_date === sent.issue_date) &&
  (sent.expiry_date === undefined || held.expiry_date === sent.expiry_date)
