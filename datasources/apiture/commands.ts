import { randomUUID } from 'node:crypto'
import type { AccountEntitlementSet, IdentityChallenge, SetAccountEntitlementsInput } from '../../schema/entitlement.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { NotRepeated, unreadableRow } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { type LeftOutRows, readableRows, unreadableRows } from '../contract/rows.js'
import { toNodes } from '../support/rows.js'
import { type ChallengeStore, writeName } from './challenge-store.js'
import type { AssignmentBody } from './contract.js'
import type { ApitureOutcome } from './datasource.js'
import { isRefusedToken } from './error-mapping.js'
import { challengeCommands } from './challenge-commands.js'
import { type ApitureInstance, challengeStore, command, snapshotStore } from './instance.js'
import { assignmentBody, toChallenge, toEntitlement } from './mapping.js'
import { clearEntitlements } from './queries.js'
import { fromStoredSet, type StoredEntitlementSet, toStoredSet } from './stored-entitlement.js'
import { executedDespite, type Executed, toWrite, unstoredSet } from './snapshot-store.js'

const unreadableItem = () => unreadableRow(Label.APITURE, 'Apiture')

interface EntitlementsOrChallenge extends LeftOutRows {
  readonly entitlements: AccountEntitlementSet | null
  readonly challenge: IdentityChallenge | null
}

/** The write that is sent, with what proves the customer's identity. */
interface Assignment {
  readonly bankingCustomerId: string
  readonly body: AssignmentBody
  readonly challenges: ChallengeStore
  /** The name of the write among the challenges. */
  readonly name: string
}

/** The write with the token that the caller gave, else with that of a challenge that was completed here for the same write. */
async function send(
  { source }: ApitureInstance,
  operation: OperationScope,
  { bankingCustomerId, body, challenges, name }: Assignment,
  given: string | null | undefined,
): Promise<ApitureOutcome> {
  const put = (token: string | undefined) =>
    source.setCustomerAccountEntitlements(operation, bankingCustomerId, body, token)
  const kept = given == null ? await challenges.tokenFor(name) : null
  if (kept === null) return put(given ?? undefined)
  try {
    const outcome = await put(kept)
    // A token that is left behind is refused at the next write, and forgotten there.
    await challenges.forgetToken(name).catch(() => undefined)
    return outcome
  } catch (error) {
    if (!isRefusedToken(error)) throw error
    // Used by a write with a lost answer, or expired: nothing was executed, and the provider may challenge again.
    await challenges.forgetToken(name)
    return put(undefined)
  }
}

/**
 * Apiture's commands. `setAccountEntitlements` sets absolute values, so it may be repeated, but not after another write
 * to one of its accounts: that one may have revoked what a repeat would grant.
 */
export const apitureCommands = {
  setAccountEntitlements: command<SetAccountEntitlementsInput, EntitlementsOrChallenge>({
    scope: 'entitlements:write',
    type: 'SetAccountEntitlementsPayload',
    repeatable: true,
    ignoredInput: ['challengeToken'],
    toStored: ({ challenge, entitlements }) =>
      challenge ? undefined : { entitlements: entitlements && toStoredSet(entitlements), challenge },
    fromStored: (stored) => ({
      entitlements: fromStoredSet((stored as { entitlements: StoredEntitlementSet }).entitlements),
      challenge: null,
    }),
    async run(instance, operation, input, { id: attempt, isRetry, begunAt }) {
      const { drift } = instance
      const customer = input.bankingCustomerId
      const snapshots = snapshotStore(instance, operation)
      const body = assignmentBody(input)
      const challenges = challengeStore(operation)
      const assignment = { bankingCustomerId: customer, body, challenges, name: writeName(customer, body) }
      // Each attempt is recorded under an id of its own, beside that of the write: the outcome of one does not tell the outcome of another.
      const write = toWrite({ id: randomUUID(), attempt }, body)
      /** While the store is unavailable the record stays open and the snapshot unconfirmed, which claims too little, never too much. */
      const fail = (executed: Executed) => snapshots.fail(customer, write, executed).catch(() => undefined)

      if (!(await snapshots.begin(customer, write, isRetry ? begunAt : undefined)))
        throw new NotRepeated({ provider: Label.APITURE, title: 'Apiture' })
      clearEntitlements(instance, operation, customer)
      let outcome: ApitureOutcome
      try {
        outcome = await send(instance, operation, assignment, input.challengeToken)
      } catch (error) {
        await fail(executedDespite(error, write))
        throw error
      }
      if ('challenge' in outcome) {
        await fail('nothing')
        await challenges.remember(customer, assignment.name, outcome.challenge)
        return { entitlements: null, challenge: toChallenge(outcome.challenge, drift) }
      }
      const rows = toNodes(outcome.items, 'items', toEntitlement, unreadableItem, drift)
      const items = readableRows(rows)
      const entitlements = await snapshots.confirm(customer, write, items).catch(() => unstoredSet(customer, items))
      clearEntitlements(instance, operation, customer)
      return { entitlements, challenge: null, leftOut: unreadableRows(rows) }
    },
  }),
  ...challengeCommands,
}
