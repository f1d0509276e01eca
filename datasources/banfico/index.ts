import { Provider as Label } from '../../schema/shared.js'
import type { VerificationResult } from '../../schema/verification.js'
import { unattended } from '../http/client.js'
import { watched } from '../support/trace.js'
import type { Drift } from '../support/mapping.js'
import { clientCredentials, tokenPlace } from '../http/oauth.js'
import { tokenRefusal } from '../http/token-cache.js'
import type { Provider, Visit } from '../contract/provider.js'
import { once, Parts } from '../sections.js'
import { banficoCommands } from './commands.js'
import { banficoSource, type BanficoSource, refusal } from './datasource.js'
import { type Flights, flights } from './flights.js'
import { banficoLoaders } from './queries.js'
import { nearby, type Nearby } from './result-cache.js'
import { type ResultMemory, resultMemory } from './verification-store.js'

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
  readonly visit: Visit
  readonly memory: ResultMemory
  /** Results that were just read; of the whole process. */
  readonly near: Nearby
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
    url: settings.url('BANFICO_URL'),
    tokenUrl: settings.url('BANFICO_TOKEN_URL'),
    clientId: settings.text('BANFICO_CLIENT_ID'),
    clientSecret: settings.secret('BANFICO_CLIENT_SECRET'),
    maxAgeSeconds: settings.integer('VERIFICATION_MAX_AGE_SECONDS', 300, { min: 0, max: 86_400 }),
  }),
  open({ url, tokenUrl, clientId, clientSecret, maxAgeSeconds }, house) {
    const { origin, path } = tokenPlace(tokenUrl)
    const issuer = house.client({ url: origin, refusal: tokenRefusal })
    const client = house.client({ url, credential: clientCredentials({ client: issuer, path, clientId, clientSecret }), refusal })
    const near = nearby(maxAgeSeconds)
    const checks = flights<VerificationResult>()
    const polls = flights<VerificationResult | null>()
    return {
      enter(visit) {
        const desk = once((): Desk => ({
          // A call may be waited for by several operations, so it does not end with the one that began it.
          source: banficoSource(client, { signal: unattended.signal, correlationId: visit.correlationId, ledger: visit.ledger }),
          visit,
          memory: resultMemory(watched(house.store, visit.ledger), maxAgeSeconds),
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
  sandbox: () => import('./emulator/index.js'),
} satisfies Provider<BanficoSettings>
