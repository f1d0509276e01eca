import { randomUUID } from 'node:crypto'
import type { AccountEntitlementSet, IdentityChallenge, SetAccountEntitlementsInput } from '../../schema/entitlement.js'
import { command } from '../contract/operations.js'
import type { Drift } from '../support/mapping.js'
import type { ApitureOutcome, ApitureSource } from './datasource.js'
import { assignmentBody, toChallenge, toEntitlement } from './mapping.js'
import { type Refused, refusedBy, type SnapshotStore, touchOf } from './snapshot-store.js'

interface EntitlementsOrChallenge {
  readonly entitlements: AccountEntitlementSet | null
  readonly challenge: IdentityChallenge | null
}

/** Apiture's write. It replaces, so repeating it does no harm. */
export function apitureCommands(
  source: ApitureSource,
  snapshots: SnapshotStore,
  forget: (bankingCustomerId: string) => void,
  drift: Drift,
) {
  return {
    setAccountEntitlements: command<SetAccountEntitlementsInput, EntitlementsOrChallenge>({
      scope: 'entitlements:write',
      type: 'SetAccountEntitlementsPayload',
      repeatable: true,
      ignoredInput: ['challengeToken'],
      toStored: (payload) => (payload.challenge ? undefined : payload),
      async run(input) {
        const customer = input.bankingCustomerId
        const body = assignmentBody(input)
        // Each try is noted by itself: what became of the one before is not told by the next.
        const touch = touchOf(randomUUID(), body)
        /** Without the store the note stays, and the snapshot unconfirmed: less is claimed than could be. */
        const refuse = (refused: Refused) => snapshots.refuse(customer, touch, refused).catch(() => undefined)

        await snapshots.begin(customer, touch)
        forget(customer)
        let outcome: ApitureOutcome
        try {
          outcome = await source.setCustomerAccountEntitlements(customer, body, input.challengeToken ?? undefined)
        } catch (error) {
          await refuse(refusedBy(error, touch))
          throw error
        }
        if ('challenge' in outcome) {
          await refuse('nothing')
          return { entitlements: null, challenge: toChallenge(outcome.challenge, drift) }
        }
        const answered = outcome.items.map((item) => toEntitlement(item, drift))
        const entitlements = await snapshots
          .confirm(customer, touch, answered)
          .catch(() => snapshots.alone(customer, answered))
        forget(customer)
        return { entitlements, challenge: null }
      },
    }),
  }
}
