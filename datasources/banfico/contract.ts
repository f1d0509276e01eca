import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { contract } from '../http/client.js'

/**
 * Banfico account verifications v1.0.
 * Reference: https://portal.epc-vop.banfico.io/documentation/account-verification
 * Enumerations are read as text: a value that is not listed is drift, not a broken answer. Unknown members are ignored.
 */

/** May be left out, and is as good as left out when null. */
const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

const Identity = Type.Object({ status: Type.String(), type: Type.String(), value: Type.String() })

const Account = Type.Object({
  id: Type.String(),
  secondaryId: Maybe(Type.String()),
  status: Type.String(),
  respondedName: Maybe(Type.String()),
  nameCheckStatus: Maybe(Type.String()),
  // An object in the reference, an array in the request it replays.
  identities: Maybe(Type.Union([Type.Array(Identity), Identity])),
})

// Text in v1.0, objects in v1.1.
const Codes = Type.Array(Type.Union([Type.String(), Type.Object({ name: Type.String() })]))

const Responder = Type.Object({
  accountVerificationScheme: Type.String(),
  apiVersion: Maybe(Type.String()),
  urlVerificationScheme: Maybe(Type.String()),
  // The reference names the singular, its examples the plural.
  schemeResponseCode: Maybe(Codes),
  schemeResponseCodes: Maybe(Codes),
  receivedTime: Maybe(Type.String()),
  data: Maybe(Type.String()),
  entity: Maybe(Type.Object({ idType: Type.String(), idValue: Type.String(), reference: Maybe(Type.String()) })),
})

const Result = Type.Object({
  id: Type.String({ minLength: 1 }),
  message: Maybe(Type.String()),
  // Missing while the answer is pending.
  account: Maybe(Account),
  // Optional in one row of the reference and mandatory in the next.
  responder: Maybe(Responder),
})

const Verification = Type.Object({ data: Type.Object({ result: Result }) })

const Problem = Type.Object({
  code: Maybe(Type.String()),
  errors: Maybe(Type.Array(Type.Object({ errorCode: Maybe(Type.String()), path: Maybe(Type.String()) }))),
})

export const answers = {
  verification: contract(Verification),
  /** Whatever comes: a 202 says what it has to say by its status, and the reference shows no body for it. */
  any: contract(Type.Unknown()),
  problem: contract(Problem),
}

export type BanficoResult = Static<typeof Result>
export type BanficoAccount = Static<typeof Account>
export type BanficoResponder = Static<typeof Responder>
export type BanficoProblem = Static<typeof Problem>

/** A result, with the times that its headers state. */
export interface Answered<Result = BanficoResult | undefined> {
  /** True for a 202: the result comes later. */
  readonly accepted: boolean
  /** Undefined only where the 202 of a poll has no body. */
  readonly result: Result
  /** When it was received, in ms since 1970. */
  readonly at: number
  /** The wait before the next poll, where the provider states it. */
  readonly hintSeconds: number | undefined
  /** The seconds within which the responder promises its answer. */
  readonly slaSeconds: number | undefined
}

export interface TypeAndValue {
  type: string
  value: string
}

/** What is asked of an account. */
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

/** An id is opaque, a UUID or a short code; what cannot be one is never asked about. */
export const isVerificationId = (id: string): boolean =>
  /^[^\s\p{Surrogate}]{1,255}$/u.test(id) && id !== '.' && id !== '..'
