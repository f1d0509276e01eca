import { type Static, Type } from '@sinclair/typebox'
import { contract } from '../http/call.js'

/**
 * Apiture Customer Accounts Administration 0.5.1: one write, no read.
 * Reference: https://developer.apiture.com/docs/apis/bankingAdminCustomerAccounts/
 * Enumerations are read as text: an unlisted value counts as drift and does not make the answer malformed. Unknown members are ignored.
 */

const Account = Type.Object({
  id: Type.Optional(Type.String()),
  accountNumber: Type.String({ minLength: 1 }),
  accountMicrNumber: Type.Optional(Type.String()),
  productType: Type.Optional(Type.String()),
  productCode: Type.String(),
  nickname: Type.Optional(Type.String()),
})

// The declared defaults of `false` contradict "absent means unchanged": an absent role is unknown, not false.
const Roles = Type.Object({
  default: Type.Optional(Type.Boolean()),
  view: Type.Optional(Type.Boolean()),
  basic: Type.Optional(Type.Boolean()),
  billPay: Type.Optional(Type.Boolean()),
  loanAdvance: Type.Optional(Type.Boolean()),
})

const Elections = {
  electronicStatementElection: Type.Boolean(),
  electronicDocumentElection: Type.Boolean(),
}

const Entitlements = Type.Object({ items: Type.Array(Type.Object({ ...Elections, roles: Roles, account: Account })) })

export const answers = {
  entitlements: contract(Entitlements),
}

export type ApitureAccount = Static<typeof Account>
export type ApitureRoles = Static<typeof Roles>
export type ApitureItem = Static<typeof Entitlements>['items'][number]

/** The identity challenge of a refused call. A factor whose kind cannot be read may still be chosen by its id. */
export interface ApitureChallenge {
  readonly operationId: string
  readonly challengeId: string
  readonly factors: readonly {
    readonly id: string | undefined
    readonly type: string | undefined
    readonly labels: readonly string[]
    readonly questions: readonly { readonly id: string; readonly prompt: string }[] | undefined
  }[]
}

/** One assignment for all listed accounts. Both elections are always sent: the meaning of their absence is not documented. */
export interface Assignments {
  readonly electronicStatementElection: boolean
  readonly electronicDocumentElection: boolean
  /** True grants, false removes, absent leaves unchanged. */
  readonly roles: ApitureRoles
}

export interface AssignmentBody {
  readonly accounts: readonly ApitureAccount[]
  readonly assignments: Assignments
}

/** The OAuth scope of the service client; the reference names none for this endpoint. */
export const SCOPE = 'bankingAdmin/write'

/** A problem type, `https://…/errors/<name>/v1.0.0`: its host and version vary, its name is stable. */
const PROBLEM_TYPE = /^https?:\/\/[^/]+\/errors\/([A-Za-z][A-Za-z0-9]{0,63})(?:\/v[0-9][0-9.]*)?\/?$/

export const problemName = (type: string | undefined): string | undefined => PROBLEM_TYPE.exec(type ?? '')?.[1]
