import { KycProvider as Label } from '../../schema/shared.js'
import type { Provider } from '../contract/provider.js'
import { type Credential, detachedScope, type Path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { LoginGate } from '../http/login-gate.js'
import { parseTokenUrl } from '../http/oauth.js'
import { type Token, TokenCache, tokenResponse, toToken } from '../http/token-cache.js'
import { createKeyedMutex } from '../support/keyed-mutex.js'
import { seiCommands } from './commands.js'
import { seiSource } from './datasource.js'
import { mapError, mapLoginError } from './error-mapping.js'
import type { SeiInstance } from './instance.js'
import { seiQueries } from './queries.js'
import { LIMITS, type SeiSettings, seiSettings } from './settings.js'

/** Authenticates the application by HTTP Basic and its service account in the form; the key is sent with every call. */
function credentialOf(
  client: ProviderClient,
  path: Path,
  gate: LoginGate,
  { appKey, appSecret, username, password, basicPrefix }: SeiSettings,
): Credential {
  const basic = Buffer.from(`${appKey}:${appSecret}`).toString('base64')
  async function logIn(): Promise<Token> {
    const { body } = await client.send(detachedScope, {
      method: 'POST',
      path,
      effect: 'read',
      retry: 'never',
      form: { grant_type: 'client_credentials', username, password },
      headers: { authorization: basicPrefix ? `Basic ${basic}` : basic },
      response: tokenResponse,
    })
    return toToken(body)
  }
  return new TokenCache({
    fetch: () => gate.logIn(logIn),
    isGated: true,
    headers: (token) => ({ authorization: `Bearer ${token}`, appkey: appKey }),
  })
}

/** SEI: account attributes, set by asynchronous jobs. */
export const sei = {
  name: 'sei',
  label: Label.SEI,
  title: 'SEI',
  ...LIMITS,
  settings: seiSettings,
  queries: seiQueries,
  commands: seiCommands,
  open(settings, deps): SeiInstance {
    const { client: connect, drift, record } = deps
    const { url, tls, tokenUrl, appKey, appSecret, username, password, jobStatusPath, retentionSeconds } = settings
    const { origin, path } = parseTokenUrl(tokenUrl)
    const tokens = connect({ url: origin, tls, mapError: mapLoginError })
    const gate = new LoginGate(deps, sei, [tokenUrl, appKey, appSecret, username, password])
    const client = connect({ url, tls, credential: credentialOf(tokens, path, gate, settings), mapError })
    return {
      source: seiSource(client, jobStatusPath),
      accountMutex: createKeyedMutex(),
      record,
      drift,
      retentionSeconds,
      close: async () => void (await Promise.all([client.close(), tokens.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<SeiSettings, SeiInstance>
