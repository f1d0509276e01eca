import { KycProvider as Label } from '../../schema/shared.js'
import type { VerificationResult } from '../../schema/verification.js'
import { ApiError } from '../contract/errors.js'
import type { Provider } from '../contract/provider.js'
import { LoginGate } from '../http/login-gate.js'
import { clientCredentials, parseTokenUrl } from '../http/oauth.js'
import { SingleFlight } from '../http/single-flight.js'
import { mapTokenError } from '../http/token-cache.js'
import { banficoCommands } from './commands.js'
import { banficoSource } from './datasource.js'
import { mapError } from './error-mapping.js'
import type { BanficoInstance } from './instance.js'
import { JobRunner } from './job-runner.js'
import { banficoQueries } from './queries.js'
import { createResultCache } from './result-cache.js'
import { LIMITS, type BanficoSettings, banficoSettings } from './settings.js'

/** Several operations may wait for one call, so it does not end with the operation that started it. */
const DETACHED = { detached: true, abortError: () => new ApiError('DEADLINE_EXCEEDED') }

/** Banfico: account verification (does the account exist, does the name match). */
export const banfico = {
  name: 'banfico',
  label: Label.BANFICO,
  title: 'Banfico',
  ...LIMITS,
  settings: banficoSettings,
  queries: banficoQueries,
  commands: banficoCommands,
  open({ url, tokenUrl, clientId, clientSecret, maxAgeSeconds, retentionSeconds, apiVersion }, deps): BanficoInstance {
    const { client: connect, drift, record, store } = deps
    const { origin, path } = parseTokenUrl(tokenUrl)
    const tokens = connect({ url: origin, mapError: mapTokenError })
    const gate = new LoginGate(deps, banfico, [tokenUrl, clientId, clientSecret])
    const credential = clientCredentials({ client: tokens, path, clientId, clientSecret, gate })
    const client = connect({ url, credential, mapError })
    const jobs = new JobRunner(deps.maxConcurrency)
    const checks = new SingleFlight<VerificationResult>(DETACHED)
    const polls = new SingleFlight<VerificationResult | null>(DETACHED)
    return {
      source: banficoSource(client, apiVersion, store.now),
      maxAgeSeconds,
      retentionSeconds,
      resultCache: createResultCache(maxAgeSeconds),
      checks,
      polls,
      jobs,
      record,
      drift,
      async close() {
        await jobs.stop()
        // An answer that is on its way was paid for: it is stored for the caller who asks again, though nobody waits for it.
        await Promise.all([checks.settled(), polls.settled()])
        await Promise.all([client.close(), tokens.close()])
      },
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<BanficoSettings, BanficoInstance>
