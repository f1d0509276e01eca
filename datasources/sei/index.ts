import { KycProvider as Label } from '../../schema/shared.js'
import type { Provider } from '../contract/provider.js'
import { type Credential, detachedScope, type Path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { parseTokenUrl } from '../http/oauth.js'
import { TokenCache, mapTokenError, tokenResponse, toToken } from '../http/token-cache.js'
import type { Tls } from '../http/transport.js'
import { createKeyedMutex } from '../support/keyed-mutex.js'
import { seiCommands } from './commands.js'
import { JOB_STATUS_PATH } from './contract.js'
import { mapError, seiSource } from './datasource.js'
import type { SeiInstance } from './instance.js'
import { seiQueries } from './queries.js'

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
  /** A path with the placeholder `{key}`. */
  readonly jobStatusPath: string
}

/** Authenticates the application by HTTP Basic and its service account in the form; the key is sent with every call. */
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

/** SEI: account attributes, set by asynchronous jobs. */
export const sei = {
  name: 'sei',
  label: Label.SEI,
  title: 'SEI',
  // SEI does not publish its limits.
  maxConcurrency: 4,
  timeoutMs: 10_000,
  settings(settings): SeiSettings {
    const url = settings.url('SEI_URL', 'Base URL of SEI.')
    const cert = settings.optionalPem(
      'SEI_CLIENT_CERT_FILE',
      'Client certificate for mutual TLS; needs `SEI_CLIENT_KEY_FILE`.',
    )
    const key = settings.optionalPem(
      'SEI_CLIENT_KEY_FILE',
      'Private key of the client certificate; needs `SEI_CLIENT_CERT_FILE`.',
    )
    if (settings.has('SEI_CLIENT_CERT_FILE') !== settings.has('SEI_CLIENT_KEY_FILE'))
      settings.problem('SEI_CLIENT_CERT_FILE and SEI_CLIENT_KEY_FILE belong together; one is missing')
    const jobStatusPath = settings.text(
      'SEI_JOB_STATUS_PATH',
      'Path of the status of a job; it holds `{key}` once.',
      JOB_STATUS_PATH,
    )
    if (!/^\/[^\s#{}]*\{key\}[^\s#{}]*$/.test(jobStatusPath))
      settings.problem('SEI_JOB_STATUS_PATH must begin with / and hold {key} once')
    return {
      url,
      tokenUrl:
        url === '' ? '' : settings.url('SEI_TOKEN_URL', 'OAuth2 token endpoint of SEI.', `${url}/v2/oauthtoken`),
      appKey: settings.secret('SEI_APP_KEY', 'Consumer key of the registered application.'),
      appSecret: settings.secret('SEI_APP_SECRET', 'Consumer secret of the registered application.'),
      username: settings.text('SEI_USERNAME', 'User name of the service account, which the client certificate names.'),
      password: settings.secret('SEI_PASSWORD', 'Password of the service account.'),
      tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
      jobStatusPath,
    }
  },
  queries: seiQueries,
  commands: seiCommands,
  open(settings, { client: connect, drift }): SeiInstance {
    const { url, tls, jobStatusPath } = settings
    const { origin, path } = parseTokenUrl(settings.tokenUrl)
    const tokens = connect({ url: origin, tls, mapError: mapTokenError })
    const client = connect({ url, tls, credential: credentialOf(tokens, path, settings), mapError })
    return {
      source: seiSource(client, jobStatusPath),
      accountMutex: createKeyedMutex(),
      drift,
      close: async () => void (await Promise.all([client.close(), tokens.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<SeiSettings, SeiInstance>
