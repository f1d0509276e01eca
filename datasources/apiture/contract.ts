import { type Static, Type } from '@sinclair/typebox'
import { listContract } from '../http/list-contract.js'
import { Optional, OptionalText } from '../support/contract-types.js'

/**
 * Apiture Customer Accounts Administration 0.5.1: one write, no read.
 * Reference: https://developer.apiture.com/docs/apis/bankingAdminCustomerAccounts/
 * Enumerations are read as text: an unlisted value counts as drift and does not make the answer malformed. Unknown members are ignored.
 */

const Account = Type.Object({
  id: OptionalText,
  accountNumber: Type.String({ minLength: 1 }),
  accountMicrNumber: OptionalText,
  productType: OptionalText,
  productCode: Type.String(),
  nickname: OptionalText,
})

// The declared defaults of `false` contradict "absent means unchanged": an absent role is unknown, not false.
const Roles = Type.Object({
  default: Optional(Type.Boolean()),
  view: Optional(Type.Boolean()),
  basic: Optional(Type.Boolean()),
  billPay: Optional(Type.Boolean()),
  loanAdvance: Optional(Type.Boolean()),
})

const Elections = {
  electronicStatementElection: Type.Boolean(),
  electronicDocumentElection: Type.Boolean(),
}

const Item = Type.Object({ ...Elections, roles: Roles, account: Account })

export const answers = {
  // With fewer items than one, or more than sixteen, the answer tells nothing of the write.
  entitlements: listContract('items', Item, {}, { minItems: 1, maxItems: 16 }),
}

export type ApitureAccount = Static<typeof Account>
export type ApitureRoles = Static<typeof Roles>
export type ApitureItem = Static<typeof Item>

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
