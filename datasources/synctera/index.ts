import { KycProvider as Label } from '../../schema/shared.js'
import type { Provider } from '../contract/provider.js'
import type { Credential } from '../http/call.js'
import { syncteraCommands } from './commands.js'
import { syncteraSource } from './datasource.js'
import { mapError } from './error-mapping.js'
import { recordPresentStatus } from './changes.js'
import { disclosureCommands, disclosureQueries } from './disclosure-operations.js'
import { documentCommands } from './document-operations.js'
import type { SyncteraInstance } from './instance.js'
import { createInvalidations } from './invalidations.js'
import { monitoringCommands, monitoringQueries } from './monitoring-operations.js'
import { personalIdCommands } from './personal-id-commands.js'
import { syncteraQueries } from './queries.js'
import { verificationHistoryCommands, verificationHistoryQueries } from './verification-history-operations.js'
import { reviewQueries } from './review-queue.js'
import { syncteraWebhook } from './webhook.js'
import { LIMITS, type SyncteraSettings, syncteraSettings } from './settings.js'

const bearer = (apiKey: string): Credential => {
  const headers = { authorization: `Bearer ${apiKey}` }
  return { headers: () => headers }
}

/** Synctera: persons and their identity verification. */
export const synctera = {
  name: 'synctera',
  label: Label.SYNCTERA,
  title: 'Synctera',
  ...LIMITS,
  settings: syncteraSettings,
  queries: {
    ...syncteraQueries,
    ...disclosureQueries,
    ...verificationHistoryQueries,
    ...reviewQueries,
    ...monitoringQueries,
  },
  commands: {
    ...syncteraCommands,
    ...disclosureCommands,
    ...documentCommands,
    ...personalIdCommands,
    ...verificationHistoryCommands,
    ...monitoringCommands,
  },
  open(
    { url, apiKey, webhookSecret, documentSessionMs },
    { client: connect, drift, store, changes, record },
  ): SyncteraInstance {
    const client = connect({ url, credential: bearer(apiKey), mapError })
    const invalidations = createInvalidations(() => {
      client.invalidate()
      changes.announce()
    })
    changes.listen(() => invalidations.invalidateAll())
    const source = syncteraSource(client)
    const verified = (ids: readonly string[]) => recordPresentStatus({ source, record, drift }, ids)
    return {
      source,
      invalidations,
      record,
      drift,
      documentSessionMs,
      webhook:
        webhookSecret === undefined
          ? undefined
          : syncteraWebhook(webhookSecret, { now: () => store.now(), invalidations, drift, verified }),
      close: () => client.close(),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<SyncteraSettings, SyncteraInstance>
