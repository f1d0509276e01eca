import { reportIssuers } from '../access/issuer-dependencies.js'
import { Issuers } from '../access/issuers.js'
import { openTrail, type Trail } from '../audit/trail.js'
import { openConsentRegister } from '../consent/open-register.js'
import type { ConsentRegister } from '../consent/register.js'
import { openEventLog, type OpenEventLog } from '../events/open-event-log.js'
import type { KeyHolder } from '../keys/key-holder.js'
import { callMembers } from '../observability/log.js'
import { openPartnerWebhooks, type PartnerWebhooks } from '../partner-webhooks/open.js'
import { openStore, type OpenStore } from '../store/open-store.js'
import { type ProviderReload, watchProviderSettings } from '../tenants/reload.js'
import { Tenants } from '../tenants/tenants.js'
import { StoreReadiness } from './readiness.js'
import { watchParts } from './reload.js'
import type { ServerParts } from './server-options.js'

/** What is opened once and closed with the server. */
export interface Resources {
  readonly issuers: Issuers
  readonly store: OpenStore
  readonly readiness: StoreReadiness
  /** Changes of state, for subscriptions and webhooks. */
  readonly eventLog: OpenEventLog
  readonly partnerWebhooks: PartnerWebhooks
  readonly tenants: Tenants
  readonly reload: ProviderReload
  readonly trail: Trail
  readonly consents: ConsentRegister | undefined
  /** Ends the watch of the files of settings. */
  readonly endReload: () => void
}

function openTenants(
  { config, log, metrics }: Pick<ServerParts, 'config' | 'log' | 'metrics'>,
  { store, permits, changes }: OpenStore,
  { recorder }: OpenEventLog,
): Tenants {
  return new Tenants({
    config,
    store,
    permits,
    changes,
    recordOf: (tenant) => recorder.of(tenant),
    onDrift: metrics.drifted,
    onShared: metrics.shared,
    onCircuit(provider, part, state, tenant) {
      metrics.opened(provider, tenant)
      metrics.switched(provider, part, state, tenant)
      log.info({ tenant, provider, part, state }, 'circuit')
    },
    onCircuitGone: metrics.circuitGone,
    onCall(call, tenant) {
      metrics.called(call, tenant)
      const level = call.code === undefined ? 'debug' : 'info'
      if (log.isLevelEnabled(level)) log[level](callMembers(call, tenant), 'provider call')
    },
  })
}

/** Opens the resources: the store first, the watch of their files last. */
export async function openResources(options: ServerParts, dataKeys: KeyHolder): Promise<Resources> {
  const { config, log, metrics, dependencies, events } = options
  const readiness = new StoreReadiness(dependencies)
  const store = openStore(config, dataKeys, readiness.observe, { log, onUnreadable: metrics.unreadable })
  readiness.start(store.probe)
  const issuers = new Issuers(config, reportIssuers(dependencies), store.store.now)
  const eventLog = openEventLog({ config, keys: dataKeys, now: store.store.now, log, metrics })
  const tenants = openTenants({ config, log, metrics }, store, eventLog)
  const { canReadAll } = store
  const opened = { config, store: store.store, canReadAll, events: eventLog.events, tenants, log, metrics }
  const partnerWebhooks = await openPartnerWebhooks({ ...opened, ...options.partnerWebhooks })
  const trail = openTrail({
    config,
    keys: dataKeys,
    changed(usable) {
      dependencies.report('audit', usable ? undefined : 'NOT_WRITABLE')
      events.record({ action: usable ? 'audit-usable' : 'audit-unusable' })
    },
    lost(entries) {
      log.error({ entries }, 'audit entries were not written')
      events.record({ action: 'audit-lost', count: entries })
    },
    notice: (what) => log.warn({ what }, 'the audit file was open to others'),
    checkpointed(cause) {
      metrics.checkpointed(cause !== undefined)
      log.warn(
        { cause },
        cause === undefined ? 'audit checkpoints are written again' : 'audit checkpoints are not written',
      )
    },
  })
  void trail.started.then(() => trail.usable() && dependencies.report('audit', undefined))
  const consents = openConsentRegister(config, log, metrics)
  const reload = watchProviderSettings({ config, tenants, log, metrics })
  const endReload = watchParts({ ...options, keys: dataKeys, issuers, consents, trail })
  return { issuers, store, readiness, eventLog, partnerWebhooks, tenants, reload, trail, consents, endReload }
}
