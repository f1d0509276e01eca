import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../http/client.js'

/**
 * Apiture Customer Accounts Administration 0.5.1: one write, no read.
 * Reference: https://developer.apiture.com/docs/apis/bankingAdminCustomerAccounts/
 * Enumerations are read as text: a value that is not listed is drift, not a broken answer. Unknown members are ignored.
 */

const Account = Type.Object({
  id: Type.Optional(Type.String()),
  accountNumber: Type.String({ minLength: 1 }),
  accountMicrNumber: Type.Optional(Type.String()),
  productType: Type.Optional(Type.String()),
  productCode: Type.String(),
  nickname: Type.Optional(Type.String()),
})

// The declared defaults of `false` contradict "absent means unchanged": an absent role is unknown, never false.
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

/** RFC 9457; no member is guaranteed. `title` and `detail` may hold account numbers and are not even read. */
const Problem = Type.Object({
  type: Type.Optional(Type.String()),
  id: Type.Optional(Type.String()),
  attributes: Type.Optional(Type.Unknown()),
})

const Challenge = Type.Object({
  operationId: Type.String({ minLength: 1 }),
  challengeId: Type.String({ minLength: 1 }),
  factors: Type.Array(
    Type.Object({
      id: Type.Optional(Type.String()),
      type: Type.String(),
      labels: Type.Optional(Type.Array(Type.String())),
      securityQuestions: Type.Optional(
        Type.Object({ questions: Type.Array(Type.Object({ id: Type.String(), prompt: Type.String() })) }),
      ),
    }),
    { minItems: 1 },
  ),
})

export const answers = {
  entitlements: contract(Entitlements),
  problem: contract(Problem),
  challenge: contract(Challenge),
}

export type ApitureAccount = Static<typeof Account>
export type ApitureRoles = Static<typeof Roles>
export type ApitureItem = Static<typeof Entitlements>['items'][number]
export type ApitureChallenge = Static<typeof Challenge>

/** One assignment for all listed accounts. Both elections always go: what their absence means is not documented. */
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

/** The service client's scope; the reference names none for this operation. */
export const SCOPE = 'bankingAdmin/write'

/** Host and version vary within a problem's type, so only its name tells: `https://…/errors/<name>/v1.0.0`. */
const PROBLEM_TYPE = /^https?:\/\/[^/]+\/errors\/([A-Za-z][A-Za-z0-9]{0,63})(?:\/v[0-9][0-9.]*)?\/?$/

export const problemName = (type: string | undefined): string | undefined => PROBLEM_TYPE.exec(type ?? '')?.[1]
