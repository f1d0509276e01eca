import { KycProvider as Label } from '../../schema/shared.js'
import type { VerificationResult } from '../../schema/verification.js'
import { ApiError } from '../contract/errors.js'
import type { Provider } from '../contract/provider.js'
import { clientCredentials, parseTokenUrl } from '../http/oauth.js'
import { SingleFlight } from '../http/single-flight.js'
import { mapTokenError } from '../http/token-cache.js'
import { banficoCommands } from './commands.js'
import { API_VERSIONS, type ApiVersion } from './contract.js'
import { banficoSource, mapError } from './datasource.js'
import type { BanficoInstance } from './instance.js'
import { banficoQueries } from './queries.js'
import { createResultCache } from './result-cache.js'

export interface BanficoSettings {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** The maximum age of a result that answers a repeated question, and the time for which results are stored. */
  readonly maxAgeSeconds: number
  readonly apiVersion: ApiVersion
}

/** Several operations may wait for one call, so it does not end with the operation that started it. */
const DETACHED = { detached: true, abortError: () => new ApiError('DEADLINE_EXCEEDED') }

/** Banfico: account verification (does the account exist, does the name match). */
export const banfico = {
  name: 'banfico',
  label: Label.BANFICO,
  title: 'Banfico',
  maxConcurrency: 64,
  timeoutMs: 10_000,
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
    apiVersion: settings.choice(
      'BANFICO_API_VERSION',
      'Version of the account verification API that the Banfico tenant offers.',
      API_VERSIONS,
      '1.0',
    ),
  }),
  queries: banficoQueries,
  commands: banficoCommands,
  open(
    { url, tokenUrl, clientId, clientSecret, maxAgeSeconds, apiVersion },
    { client: connect, drift },
  ): BanficoInstance {
    const { origin, path } = parseTokenUrl(tokenUrl)
    const tokens = connect({ url: origin, mapError: mapTokenError })
    const credential = clientCredentials({ client: tokens, path, clientId, clientSecret })
    const client = connect({ url, credential, mapError })
    return {
      source: banficoSource(client, apiVersion),
      maxAgeSeconds,
      resultCache: createResultCache(maxAgeSeconds),
      checks: new SingleFlight<VerificationResult>(DETACHED),
      polls: new SingleFlight<VerificationResult | null>(DETACHED),
      drift,
      close: async () => void (await Promise.all([client.close(), tokens.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<BanficoSettings, BanficoInstance>
