import { Provider as Label } from '../../schema/shared.js'
import { type ProviderClient, type Credential, type Path, detachedScope } from '../http/client.js'
import { tracedStore } from '../support/trace.js'
import { parseTokenUrl } from '../http/oauth.js'
import type { Provider } from '../contract/provider.js'
import { TokenCache, toToken, tokenResponse, mapTokenError } from '../http/token-cache.js'
import type { Tls } from '../http/transport.js'
import { createKeyedMutex } from '../support/keyed-mutex.js'
import { seiCommands } from './commands.js'
import { JOB_STATUS_PATH } from './contract.js'
import { mapError, seiSource } from './datasource.js'
import { createJobStore } from './job-store.js'
import { seiLoaders } from './queries.js'

export interface SeiSettings {
  readonly url: string
  readonly tokenUrl: string
  /** Consumer key and secret of the registered application. */
  readonly appKey: string
  readonly appSecret: string
  /** The service account; the client certificate's CN names it. */
  readonly username: string
  readonly password: string
  readonly tls: Tls | undefined
  /** Holds `{key}`. */
  readonly jobStatusPath: string
}

/** The application proves itself by HTTP Basic, its service account in the form; the key goes along with every call. */
function credentialOf(
  client: ProviderClient,
  path: Path,
  { appKey, appSecret, username, password }: SeiSettings,
): Credential {
  const basic = Buffer.from(`${appKey}:${appSecret}`).toString('base64')
  return new TokenCache({
    async fetch() {
      const { body } = await client.send(detachedScope, {
        method: 'POST',
        path,
        effect: 'read',
        retry: 'never',
        form: { grant_type: 'client_credentials', username, password },
        headers: { authorization: `Basic ${basic}` },
        response: tokenResponse,
      })
      return toToken(body)
    },
    headers: (token) => ({ authorization: `Bearer ${token}`, appkey: appKey }),
  })
}

/** SEI: attributes of accounts, handed over as jobs. */
export const sei = {
  name: 'sei',
  label: Label.SEI,
  title: 'SEI',
  // Its limits are not published.
  maxConcurrency: 4,
  settings(settings): SeiSettings {
    const url = settings.url('SEI_URL')
    const cert = settings.optionalPem('SEI_CLIENT_CERT_FILE')
    const key = settings.optionalPem('SEI_CLIENT_KEY_FILE')
    if (settings.has('SEI_CLIENT_CERT_FILE') !== settings.has('SEI_CLIENT_KEY_FILE'))
      settings.problem('SEI_CLIENT_CERT_FILE and SEI_CLIENT_KEY_FILE belong together; one is missing')
    const jobStatusPath = settings.text('SEI_JOB_STATUS_PATH', JOB_STATUS_PATH)
    if (!/^\/[^\s#{}]*\{key\}[^\s#{}]*$/.test(jobStatusPath))
      settings.problem('SEI_JOB_STATUS_PATH must begin with / and hold {key} once')
    return {
      url,
      tokenUrl: url === '' ? '' : settings.url('SEI_TOKEN_URL', `${url}/v2/oauthtoken`),
      appKey: settings.secret('SEI_APP_KEY'),
      appSecret: settings.secret('SEI_APP_SECRET'),
      username: settings.text('SEI_USERNAME'),
      password: settings.secret('SEI_PASSWORD'),
      tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
      jobStatusPath,
    }
  },
  open(settings, house) {
    const { url, tls, jobStatusPath } = settings
    const { origin, path } = parseTokenUrl(settings.tokenUrl)
    const tokens = house.client({ url: origin, tls, mapError: mapTokenError })
    const client = house.client({ url, tls, credential: credentialOf(tokens, path, settings), mapError })
    const queue = createKeyedMutex()
    return {
      enter(visit) {
        const source = seiSource(client, visit, jobStatusPath)
        const memory = createJobStore(tracedStore(house.store, visit.trace))
        return {
          loaders: seiLoaders(source, memory, visit.caller.tenant, house.drift),
          commands: seiCommands(source, memory, queue, visit),
        }
      },
      close: async () => void (await Promise.all([client.close(), tokens.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
} satisfies Provider<SeiSettings>
