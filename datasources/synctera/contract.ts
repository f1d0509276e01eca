import { type Static, Type } from '@sinclair/typebox'
import { contract } from '../http/call.js'
import { listContract, rowReader } from '../http/list-contract.js'
import { AnyList, Instant, Optional, OptionalText } from '../support/contract-types.js'

/**
 * Synctera v0: persons and verifications.
 * Reference: https://docs.synctera.com/reference/createperson, /listpersons, /updateperson, /verify, /listverifications1
 * Enumerations are read as text: an unlisted value counts as drift and does not make the answer malformed. Unknown members are ignored.
 */

const Address = Type.Object({
  id: OptionalText,
  address_type: OptionalText,
  address_line_1: Type.String(),
  address_line_2: OptionalText,
  city: OptionalText,
  state: OptionalText,
  postal_code: OptionalText,
  country_code: Type.String(),
})

const PersonalId = Type.Object({
  id: Type.String(),
  id_type: Type.String(),
  identifier: Type.String(),
  country_code: OptionalText,
  issue_date: OptionalText,
  expiry_date: OptionalText,
  system_provided: Type.Boolean(),
})

const Person = Type.Object({
  id: Type.String({ minLength: 1 }),
  tenant: Type.String(),
  is_customer: Type.Boolean(),
  status: Type.String(),
  ban_status: Type.String(),
  verification_status: Type.String(),
  verification_last_run: OptionalText,
  creation_time: Instant,
  last_updated_time: Instant,
  first_name: OptionalText,
  middle_name: OptionalText,
  last_name: OptionalText,
  chosen_name: OptionalText,
  dob: OptionalText,
  email: OptionalText,
  phone_number: OptionalText,
  // The last four digits, also behind signs that hide the others, or an empty text; Synctera never returns the full
  // number. Any other text makes the answer malformed.
  ssn: Optional(Type.String({ pattern: '^([^\\d]*\\d{4})?$' })),
  ssn_source: OptionalText,
  has_accounts: Optional(Type.Boolean()),
  legal_address: Optional(Address),
  shipping_address: Optional(Address),
  personal_ids: Optional(AnyList),
  metadata: Optional(Type.Record(Type.String(), Type.Unknown())),
})

const Detail = Type.Object({
  category: OptionalText,
  label: OptionalText,
  description: OptionalText,
  result: OptionalText,
  score: Optional(Type.Number()),
  vendor_code: OptionalText,
})

/** Of `vendor_info` the name is read; the vendor's raw data may be personal. */
export const Verification = Type.Object({
  id: OptionalText,
  person_id: OptionalText,
  business_id: OptionalText,
  verification_type: Type.String(),
  result: Type.String(),
  verification_time: Instant,
  creation_time: OptionalText,
  vendor_info: Type.Optional(Type.Unknown()),
  details: Optional(AnyList),
})

/** What Synctera makes of a higher limit; no page has more rows. */
export const PAGE_LIMIT = 100
export const PAGE = { maxItems: PAGE_LIMIT }

const NextPage = { next_page_token: OptionalText }

/** Tells that there is a further page, which no request asks for: a paid check is not lost for its form. */
const FurtherPage = { next_page_token: Type.Optional(Type.Unknown()) }

/** A webhook event. `event_resource` is an object, mostly as JSON in a text, of which only ids are read. */
const Event = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255 }),
  type: Type.String(),
  resource_id: Type.Optional(Type.Unknown()),
  event_resource: Type.Optional(Type.Unknown()),
})

export const answers = {
  person: contract(Person),
  persons: listContract('persons', Person, NextPage, PAGE),
  verifications: listContract('verifications', Verification, NextPage, PAGE),
  verified: listContract('verifications', Verification, { verification_status: Type.String(), ...FurtherPage }),
  event: contract(Event),
}

/** Read the lists within a person and a verification. */
export const readPersonalIds = rowReader(PersonalId)
export const readDetails = rowReader(Detail)

export type SyncteraEvent = Static<typeof Event>
export type SyncteraPerson = Static<typeof Person>
export type SyncteraPersonalId = Static<typeof PersonalId>
export type SyncteraAddress = Static<typeof Address>
export type SyncteraDetail = Static<typeof Detail>
export type SyncteraVerification = Static<typeof Verification>

/** The body of a request that creates or updates a person. */
export interface PersonBody {
  is_customer?: boolean
  status?: string
  ban_status?: string
  first_name?: string
  middle_name?: string
  last_name?: string
  chosen_name?: string
  dob?: string
  email?: string
  phone_number?: string
  /** All nine digits, hyphenated; sent but never returned. */
  ssn?: string
  legal_address?: AddressBody
  shipping_address?: AddressBody
  personal_ids?: PersonalIdBody[]
  metadata?: Record<string, unknown>
  tenant?: string
  note?: string
}

export interface AddressBody {
  address_line_1: string
  address_line_2?: string
  city?: string
  state?: string
  postal_code?: string
  country_code: string
}

export interface PersonalIdBody {
  id_type: string
  identifier: string
  country_code?: string
  issue_date?: string
  expiry_date?: string
}

export interface VerifyBody {
  person_id: string
  customer_consent: boolean
  customer_ip_address?: string
  document_id?: string
}

/** The query parameters of a list of persons. */
export interface PersonQuery {
  readonly ids?: readonly string[]
  readonly is_customer?: boolean
  readonly status?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly email?: string
  readonly phone_number?: string
  readonly ssn_last_4?: string
  readonly dob?: string
  readonly has_accounts?: boolean
  /** Values separated by commas. */
  readonly verification_status?: string
  readonly ban_status?: string
  readonly sort_by?: string
}

/** The maximum of ids in one call: more do not fit a page, and a longer URL is not guaranteed to work. */
export const MAX_IDS = 100
/** Fewer, because a person has several verifications. */
export const MAX_VERIFIED_IDS = 25

/** True for a UUID. Any other id makes the whole list call fail, so it is never sent. */
export const isPersonId = (id: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)
