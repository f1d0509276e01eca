import { isDeepStrictEqual } from 'node:util'
import { BanStatus } from '../../schema/person.js'
import { UnreadableRow } from '../http/list-contract.js'
import { canonicalJson } from '../support/canonical-json.js'
import {
  type AddressBody,
  type PersonalIdBody,
  type PersonBody,
  readPersonalIds,
  type SyncteraAddress,
  type SyncteraPerson,
  type SyncteraPersonalId,
} from './contract.js'
import { ssnLast4 } from './mapping.js'
import { holdsPersonalId } from './personal-ids.js'

// Whether a person holds what was sent, as far as Synctera shows it.

export const lastFour = (ssn: string | undefined): string | undefined => ssn?.slice(-4)

/** A text without what Synctera may change: it may write an e-mail address in small letters, and spaces a postal code. */
function plain(name: string, text: string): string {
  if (name === 'email') return text.trim().toLowerCase()
  return name === 'postal_code' ? text.replace(/\s/g, '').toUpperCase() : text.trim()
}

/** Equality of what was sent as a member with what Synctera holds; an empty text equals none. */
const isSame = (name: string, sent: unknown, held: unknown): boolean =>
  typeof sent === 'string' ? plain(name, sent) === plain(name, typeof held === 'string' ? held : '') : sent === held

/** True where all that was sent is held; other members may be anything. */
export const isHeld = (sent: object, held: object | null | undefined): boolean =>
  Object.entries(sent).every(([name, value]) => isSame(name, value, (held as Record<string, unknown> | null)?.[name]))

/** Equality of metadata, in any order of its members. */
export const isSameMetadata = (
  sent: Readonly<Record<string, unknown>> | undefined,
  held: Readonly<Record<string, unknown>> | null | undefined,
): boolean => isDeepStrictEqual(canonicalJson(sent ?? {}), canonicalJson(held ?? {}))

const ADDRESS = ['address_line_1', 'address_line_2', 'city', 'state', 'postal_code', 'country_code'] as const

const isSameAddress = (sent: AddressBody | undefined, held: SyncteraAddress | null | undefined): boolean =>
  ADDRESS.every((name) => isSame(name, sent?.[name] ?? '', held?.[name]))

/** A shipping address that was not sent is absent, or a copy of the legal one. */
const isShippedTo = (
  { shipping_address: sent, legal_address: legal }: PersonBody,
  { shipping_address }: SyncteraPerson,
) =>
  isSameAddress(sent ?? legal, shipping_address) || (sent === undefined && isSameAddress(undefined, shipping_address))

const isPersonalId = (sent: PersonalIdBody, held: SyncteraPersonalId): boolean =>
  holdsPersonalId(held, sent) &&
  isSame('issue_date', sent.issue_date ?? '', held.issue_date) &&
  isSame('expiry_date', sent.expiry_date ?? '', held.expiry_date)

/** True of a person with these personal ids and no others, those of Synctera's own aside. */
function hasPersonalIds(sent: readonly PersonalIdBody[], person: SyncteraPerson): boolean {
  const left = readPersonalIds(person.personal_ids ?? []).filter(
    (row) => row instanceof UnreadableRow || !row.system_provided,
  )
  if (left.length !== sent.length) return false
  return sent.every((id) => {
    const found = left.findIndex((row) => !(row instanceof UnreadableRow) && isPersonalId(id, row))
    return found >= 0 && left.splice(found, 1).length === 1
  })
}

const TEXTS = [
  ...(['status', 'first_name', 'middle_name', 'last_name', 'chosen_name'] as const),
  ...(['dob', 'email', 'phone_number'] as const),
]

/**
 * True of a person who is as this body creates one. A member that was not sent is none of the created person's, so a
 * person who has one is another; the workspace alone is Synctera's own choice then. A note is not shown.
 */
export const isCreatedBy = (sent: PersonBody, held: SyncteraPerson): boolean =>
  TEXTS.every((name) => isSame(name, sent[name] ?? '', held[name])) &&
  sent.is_customer === held.is_customer &&
  (sent.ban_status ?? BanStatus.ALLOWED) === held.ban_status &&
  (sent.tenant === undefined || sent.tenant === held.tenant) &&
  lastFour(sent.ssn) === ssnLast4(held) &&
  isSameAddress(sent.legal_address, held.legal_address) &&
  isShippedTo(sent, held) &&
  hasPersonalIds(sent.personal_ids ?? [], held) &&
  isSameMetadata(sent.metadata, held.metadata)

/** True of a body with a member that two persons rarely share: a name and a status prove nothing. */
export const identifies = ({ email, phone_number, ssn, dob }: PersonBody): boolean =>
  [email, phone_number, ssn, dob].some((member) => member !== undefined && member.trim() !== '')
