import { type Static, Type } from '@sinclair/typebox'
import { contract, path, type Path } from '../http/call.js'
import { Optional, OptionalObject, OptionalText } from '../support/contract-types.js'

/**
 * Banfico account verifications v1.0 and v1.1; the answers of both are read alike.
 * Reference: https://portal.epc-vop.banfico.io/documentation/account-verification
 * Enumerations are read as text: an unlisted value counts as drift and does not make the answer malformed. Unknown members are ignored.
 */

const Identity = Type.Object({ status: Type.String(), type: Type.String(), value: Type.String() })

// The optional members are read each by itself: one that is odd must not lose a check that was paid for.
const Account = Type.Object({
  id: Type.String(),
  secondaryId: Type.Optional(Type.Unknown()),
  status: Type.Optional(Type.Unknown()),
  respondedName: Type.Optional(Type.Unknown()),
  nameCheckStatus: Type.Optional(Type.Unknown()),
  // An object in the reference, an array in the request of the same example; each is read by itself.
  identities: Type.Optional(Type.Unknown()),
})

const Responder = Type.Object({
  accountVerificationScheme: Type.String(),
  apiVersion: OptionalText,
  urlVerificationScheme: OptionalText,
  // The reference has the singular, its examples the plural; texts in v1.0, objects in v1.1; one code may stand without its list.
  schemeResponseCode: Type.Optional(Type.Unknown()),
  schemeResponseCodes: Type.Optional(Type.Unknown()),
  receivedTime: OptionalText,
  data: OptionalText,
  entity: OptionalObject({ idType: Type.String(), idValue: Type.String(), reference: OptionalText }),
})

const Result = Type.Object({
  id: Type.String({ minLength: 1 }),
  message: Type.Optional(Type.Unknown()),
  // Absent while the verification is pending.
  account: Optional(Account),
  // Optional in one row of the reference and mandatory in the next.
  responder: Type.Optional(Type.Unknown()),
})

const Verification = Type.Object({ data: Type.Object({ result: Result }) })

export const answers = {
  verification: contract(Verification),
  identity: contract(Identity),
  responder: contract(Responder),
  /** Any body: a 202 is told by its status, and the reference shows no body for it. */
  any: contract(Type.Unknown()),
}

export type BanficoAnswer = Static<typeof Verification>
export type BanficoResult = Static<typeof Result>
export type BanficoAccount = Static<typeof Account>
export type BanficoResponder = Static<typeof Responder>

/** A result with the time hints of its headers. */
export interface BanficoReply<Result = BanficoResult | undefined> {
  /** True for a 202: the result follows later. */
  readonly accepted: boolean
  /** Undefined only where a 202 to a poll has no body. */
  readonly result: Result
  /** When the reply arrived, by the store's clock, in ms since 1970. */
  readonly at: number
  /** Seconds to wait before the next poll. */
  readonly hintSeconds: number | undefined
  /** Seconds within which the responder promises its result. */
  readonly slaSeconds: number | undefined
}

/** The versions of the API. */
export const API_VERSIONS = ['1.0', '1.1'] as const
export type ApiVersion = (typeof API_VERSIONS)[number]

/** The path of the verifications. */
export const verificationsPath = (version: ApiVersion): Path =>
  version === '1.1' ? path`/v1.1/account-verifications` : path`/v1.0/account-verifications`

/** The path of one verification. */
export const verificationPath = (version: ApiVersion, id: string): Path =>
  version === '1.1' ? path`/v1.1/account-verifications/${id}` : path`/v1.0/account-verifications/${id}`

interface TypeAndValue {
  type: string
  value: string
}

/** A verification, in the members of v1.0. */
export interface Verify {
  types: string[]
  initiator?: { idType: string; idValue: string; reference?: string }
  account: {
    type?: string
    name?: string
    idScheme: string
    id: string
    secondaryId?: string
    holdingEntity?: TypeAndValue
    identities?: TypeAndValue[]
  }
}

/** Ids are opaque: a UUID or a short code. Text that cannot be an id is never sent. */
export const isVerificationId = (id: string): boolean =>
  /^[^\s\p{Surrogate}]{1,255}$/u.test(id) && id !== '.' && id !== '..'
