import { ApiError } from '../../../datasources/contract/errors.js'
import { type Assumption, type Finding, type ProbeContext, unchecked } from '../../../datasources/contract/probe.js'
import { providerEntries, type ProviderName } from '../../../datasources/index.js'
import type { Config } from '../../config.js'
import { ProviderChanges } from '../../tenants/provider-changes.js'
import { depsOf } from '../../providers.js'
import { NO_CHANNEL } from '../../store/change-channel.js'
import { openStore, untilUsable } from '../../store/open-store.js'
import type { TenantConfig } from '../../tenants/tenancy.js'
import { storeOf, tenantName } from '../../tenants/tenant.js'
import { connectionAssumptions, loginOf } from './connection.js'
import { type OpenClient, ProbeSession, ProbeStopped } from './session.js'
import { openKeys } from '../../keys/open-keys.js'

/** An assumption and what was found. */
export type ProbeRow = { readonly states: string } & Finding

export interface ProbeReport {
  readonly provider: ProviderName
  readonly rows: readonly ProbeRow[]
  /** Requests that were sent, logins among them. */
  readonly calls: number
}

export interface ProbeOptions {
  readonly config: Config
  /** The tenant whose credentials are used. */
  readonly tenant: TenantConfig
  readonly mayWrite?: boolean
  readonly subject?: string | undefined
  readonly maxCalls?: number
  readonly pauseMs?: number
  readonly onProgress?: ((states: string) => void) | undefined
}

/** No probe sends more calls than this to one provider, logins not counted. */
export const MAX_CALLS = 40
const PAUSE_MS = 200

async function findingOf({ states, writes, check }: Assumption, context: ProbeContext, mayWrite: boolean) {
  if (writes === true && !mayWrite) return { states, ...unchecked('needs --write') }
  try {
    return { states, ...(await check(context)) }
  } catch (error) {
    if (error instanceof ProbeStopped) return { states, ...unchecked(error.message) }
    if (error instanceof ApiError) return { states, ...unchecked(`no answer: ${error.code}`) }
    throw error
  }
}

/** Checks the assumptions of one provider that is configured. */
export async function probeProvider(name: ProviderName, options: ProbeOptions): Promise<ProbeReport> {
  const { config, tenant, mayWrite = false, subject, maxCalls = MAX_CALLS, pauseMs = PAUSE_MS, onProgress } = options
  const provider = providerEntries.find(([key]) => key === name)![1]
  const configured = tenant.providers[name]!
  let calls = 0
  const ignore = () => undefined
  // A login that the replicas share is taken from their store.
  const { store, close } = await untilUsable(openStore(config, await openKeys(config), ignore))
  const { deps } = depsOf(provider, configured, {
    config,
    tenant: tenantName(tenant.id),
    store: storeOf(store, tenant.id),
    changes: new ProviderChanges(NO_CHANNEL),
    record: ignore,
    onCall: () => (calls += 1),
    onShared: ignore,
    onDrift: ignore,
    onCircuit: ignore,
  })
  const clients: OpenClient[] = []
  const instance = provider.open(configured.settings, {
    ...deps,
    client(clientOptions) {
      const client = deps.client(clientOptions)
      clients.push({ client, options: clientOptions })
      return client
    },
  })
  try {
    // The client of a token endpoint has no credential.
    const api = clients.find(({ options: { credential } }) => credential !== undefined)!
    const session = new ProbeSession({ api, mayWrite, subject, maxCalls, pauseMs })
    const { probe } = (await provider.probe?.()) ?? { probe: { assumptions: () => [] } }
    const login = loginOf(session.credentialHeaders, provider.name.toUpperCase())
    const rows: ProbeRow[] = [await findingOf(login, session, mayWrite)]
    const { result } = rows[0]!
    const connection = connectionAssumptions(api.options.url, session.answers)
    for (const assumption of [...probe.assumptions(configured.settings), ...connection]) {
      onProgress?.(assumption.states)
      rows.push(
        result === 'fails'
          ? { states: assumption.states, ...unchecked('no login') }
          : await findingOf(assumption, session, mayWrite),
      )
    }
    return { provider: name, rows, calls }
  } finally {
    await instance.close()
    await close()
  }
}
