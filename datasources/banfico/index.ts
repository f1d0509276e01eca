import { Provider as Label } from '../../schema/shared.js'
import type { VerificationResult } from '../../schema/verification.js'
import { detachedScope } from '../http/client.js'
import { tracedStore } from '../support/trace.js'
import type { Drift } from '../support/mapping.js'
import { clientCredentials, parseTokenUrl } from '../http/oauth.js'
import { SingleFlight } from '../http/single-flight.js'
import { mapTokenError } from '../http/token-cache.js'
import { ApiError } from '../contract/errors.js'
import type { Provider, OperationScope } from '../contract/provider.js'
import { once, Parts } from '../sections.js'
import { banficoCommands } from './commands.js'
import { banficoSource, type BanficoSource, mapError } from './datasource.js'
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
  readonly checks: SingleFlight<VerificationResult>
  /** Results being asked for, by id; of the whole process. */
  readonly polls: SingleFlight<VerificationResult | null>
  readonly drift: Drift
}

/** Several operations may wait for one call, so it does not end with the one that started it. */
const DETACHED = { detached: true, abortError: () => new ApiError('DEADLINE_EXCEEDED') }

/** Banfico: whether an account exists and whose it is. */
export const banfico = {
  name: 'banfico',
  label: Label.BANFICO,
  title: 'Banfico',
  maxConcurrency: 64,
  settings: (settings): BanficoSettings => ({
    url: settings.url('BANFICO_URL'),
    tokenUrl: settings.url('BANFICO_TOKEN_URL'),
    clientId: settings.text('BANFICO_CLIENT_ID'),
    clientSecret: settings.secret('BANFICO_CLIENT_SECRET'),
    maxAgeSeconds: settings.integer('VERIFICATION_MAX_AGE_SECONDS', 300, { min: 0, max: 86_400 }),
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
    const checks = new SingleFlight<VerificationResult>(DETACHED)
    const polls = new SingleFlight<VerificationResult | null>(DETACHED)
    return {
      enter(visit) {
        const desk = once((): Desk => ({
          // A call may be waited for by several operations, so it does not end with the one that began it.
          source: banficoSource(client, {
            signal: detachedScope.signal,
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
