import { randomUUID } from 'node:crypto'
import type { AccountEntitlementSet, IdentityChallenge, SetAccountEntitlementsInput } from '../../schema/entitlement.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { unreadableRow } from '../contract/errors.js'
import { type LeftOutRows, readableRows, unreadableRows } from '../contract/rows.js'
import { toNodes } from '../support/rows.js'
import type { ApitureOutcome } from './datasource.js'
import { command, snapshotStore } from './instance.js'
import { assignmentBody, toChallenge, toEntitlement } from './mapping.js'
import { clearEntitlements } from './queries.js'
import { fromStoredSet, type StoredEntitlementSet, toStoredSet } from './stored-entitlement.js'
import { executedDespite, type Executed, toWrite, unstoredSet } from './snapshot-store.js'

const unreadableItem = () => unreadableRow(Label.APITURE, 'Apiture')

interface EntitlementsOrChallenge extends LeftOutRows {
  readonly entitlements: AccountEntitlementSet | null
  readonly challenge: IdentityChallenge | null
}

/** Apiture's command. It sets absolute values, so it may be repeated. */
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
    async run(instance, operation, input) {
      const { source, drift } = instance
      const customer = input.bankingCustomerId
      const snapshots = snapshotStore(instance, operation)
      const body = assignmentBody(input)
      // Each attempt is recorded under an id of its own: the outcome of one does not tell the outcome of another.
      const write = toWrite(randomUUID(), body)
      /** While the store is unavailable the record stays open and the snapshot unconfirmed, which claims too little, never too much. */
      const fail = (executed: Executed) => snapshots.fail(customer, write, executed).catch(() => undefined)

      await snapshots.begin(customer, write)
      clearEntitlements(instance, operation, customer)
      let outcome: ApitureOutcome
      try {
        outcome = await source.setCustomerAccountEntitlements(
          operation,
          customer,
          body,
          input.challengeToken ?? undefined,
        )
      } catch (error) {
        await fail(executedDespite(error, write))
        throw error
      }
      if ('challenge' in outcome) {
        await fail('nothing')
        return { entitlements: null, challenge: toChallenge(outcome.challenge, drift) }
      }
      const rows = toNodes(outcome.items, 'items', toEntitlement, unreadableItem, drift)
      const items = readableRows(rows)
      const entitlements = await snapshots.confirm(customer, write, items).catch(() => unstoredSet(customer, items))
      clearEntitlements(instance, operation, customer)
      return { entitlements, challenge: null, leftOut: unreadableRows(rows) }
    },
  }),
}
