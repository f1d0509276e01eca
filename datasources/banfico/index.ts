import { Provider as Label } from '../../schema/shared.js'
import type { VerificationResult } from '../../schema/verification.js'
import { unattended } from '../http/client.js'
import { tracedStore } from '../support/trace.js'
import type { Drift } from '../support/mapping.js'
import { clientCredentials, parseTokenUrl } from '../http/oauth.js'
import { mapTokenError } from '../http/token-cache.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { Provider } from '../contract/provider.js'
import { once, Parts } from '../sections.js'
import { banficoCommands } from './commands.js'
import { banficoSource, type BanficoSource, mapError } from './datasource.js'
import { type Flights, flights } from './flights.js'
import { banficoLoaders } from './queries.js'
import { createResultCache, type ResultCache } from './result-cache.js'
import { type VerificationStore, createVerificationStore } from './verification-store.js'

export interface BanficoSettings {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** The oldest answer that is ever given again, and how long results are kept. */
  readonly maxAgeSeconds: number
}

/** What questions and writes of one operation work with. */
export interface Desk {
  readonly source: BanficoSource
  readonly visit: OperationScope
  readonly memory: VerificationStore
  /** Results that were just read; of the whole process. */
  readonly near: ResultCache
  /** Verifications being asked for, by question; of the whole process. */
  readonly checks: Flights<VerificationResult>
  /** Results being asked for, by id; of the whole process. */
  readonly polls: Flights<VerificationResult | null>
  readonly drift: Drift
}

/** Banfico: whether an account exists and whose it is. */
export const banfico = {
  name: 'banfico',
  label: Label.BANFICO,
  title: 'Banfico',
  maxConcurrency: 64,
  settings: (settings): BanficoSettings => ({
    url: settings.url('BANFICO_URL', 'Base URL of Banfico.'),
    tokenUrl: settings.url('BANFICO_TOKEN_URL', 'OAuth2 token endpoint of Banfico.'),
    clientId: settings.text('BANFICO_CLIENT_ID', 'OAuth2 client id for Banfico.'),
    clientSecret: settings.secret('BANFICO_CLIENT_SECRET', 'OAuth2 client secret for Banfico.'),
    maxAgeSeconds: settings.integer(
      'VERIFICATION_MAX_AGE_SECONDS',
      'Maximum age of a verification that answers a repeated request for the same account.',
      300,
      { min: 0, max: 86_400 },
    ),
  }),
  open({ url, tokenUrl, clientId, clientSecret, maxAgeSeconds }, house) {
    const { origin, path } = parseTokenUrl(tokenUrl)
    const issuer = house.client({ url: origin, mapError: mapTokenError })
    const client = house.client({
      url,
      credential: clientCredentials({ client: issuer, path, clientId, clientSecret }),
      mapError,
    })
    const near = createResultCache(maxAgeSeconds)
    const checks = flights<VerificationResult>()
    const polls = flights<VerificationResult | null>()
    return {
      enter(visit) {
        const desk = once((): Desk => ({
          // A call may be waited for by several operations, so it does not end with the one that began it.
          source: banficoSource(client, {
            signal: unattended.signal,
            correlationId: visit.correlationId,
            trace: visit.trace,
          }),
          visit,
          memory: createVerificationStore(tracedStore(house.store, visit.trace), maxAgeSeconds),
          near,
          checks,
          polls,
          drift: house.drift,
        }))
        return new Parts(
          () => banficoLoaders(visit.caller, near, desk),
          () => banficoCommands(desk()),
        )
      },
      close: async () => void (await Promise.all([client.close(), issuer.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
} satisfies Provider<BanficoSettings>
