import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { LRUCache } from 'lru-cache'
import { contract, type Credential, detachedScope, path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { bearer, clientCredentials, requestToken, type TokenEndpoint, parseTokenUrl } from '../http/oauth.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { ProviderDeps } from '../contract/provider.js'
import { type GatedProvider, type JudgeLogin, LoginGate } from '../http/login-gate.js'
import { SharedToken } from '../http/shared-token.js'
import { TokenCache, type Token } from '../http/token-cache.js'
import { mapLoginError, mapTokenRefusal, LABEL, obpError, TITLE } from './error-mapping.js'
import type { DirectLogin, ObpSettings } from './settings.js'

const PROVIDER: GatedProvider = { name: 'obp', label: LABEL, title: TITLE }

export interface Credentials {
  /** The credential of this server. */
  readonly service: Credential
  /** The credential of the caller; throws where this deployment cannot call the provider as the caller. */
  readonly asUser: (operation: OperationScope) => Credential
  readonly close: () => Promise<void>
}

const loggedIn = contract(Type.Object({ token: Type.String({ minLength: 1 }) }))

async function logIn(client: ProviderClient, { username, password, consumerKey }: DirectLogin): Promise<Token> {
  const { body } = await client.send(detachedScope, {
    method: 'POST',
    path: path`/my/logins/direct`,
    effect: 'read',
    retry: 'never',
    headers: {
      authorization: `DirectLogin username="${username}",password="${password}",consumer_key="${consumerKey}"`,
    },
    response: loggedIn,
  })
  // The token lives for weeks; the exact lifetime is a setting of the provider's and is not in the response.
  return { value: body.token, expiresIn: undefined }
}

/** Exchanged tokens that are kept at most; a token that was evicted is exchanged again. */
const MAX_EXCHANGED = 1000

/** RFC 6749 section 5.2: what the error of an exchange says of this server's credential, beside the caller's token. */
const JUDGED: ReadonlyMap<unknown, ReturnType<JudgeLogin>> = new Map([
  ['invalid_client', 'refused'],
  ['unauthorized_client', 'refused'],
  // Only the token of the caller was refused.
  ['invalid_grant', 'accepted'],
])
const judgeExchange: JudgeLogin = ({ extensions }) => JUDGED.get(extensions['providerCode'])

/** Token exchange (RFC 8693): the caller's token for one that the provider accepts, kept for its lifetime. */
function tokenExchange(endpoint: TokenEndpoint, gate: LoginGate): (token: string) => Credential {
  const credentials = new LRUCache<string, Credential>({ max: MAX_EXCHANGED })
  const exchange = (token: string): Credential => {
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    const tokens = new TokenCache({
      fetch: () => gate.logIn(() => requestToken(endpoint, form), judgeExchange),
      isGated: true,
      headers: bearer,
    })
    return { ...tokens, mapError: mapTokenRefusal }
  }
  return (token) => {
    const key = createHash('sha256').update(token).digest('base64')
    const credential = credentials.get(key) ?? exchange(token)
    credentials.set(key, credential)
    return credential
  }
}

/** The credentials of this server and of its callers. */
export function credentialsOf({ url, service, userToken }: ObpSettings, deps: ProviderDeps): Credentials {
  // A forwarded token cannot be renewed here, so it has no `renew`.
  const forward = (token: string): Credential => ({ headers: () => bearer(token) })
  const asUser = (toCredential: ((token: string) => Credential) | undefined) => (operation: OperationScope) => {
    if (toCredential === undefined)
      throw obpError('PROVIDER_NOT_CONFIGURED', `This deployment cannot ask ${TITLE} as the caller.`)
    return toCredential(operation.caller.token)
  }

  if ('direct' in service) {
    const client = deps.client({ url, mapError: mapLoginError })
    // At some releases a login ends the older token of the same user and consumer, so all replicas share one.
    const key = ['provider-login', deps.tenant, 'obp', url, service.direct.username] as const
    const { username, password, consumerKey } = service.direct
    const gate = new LoginGate(deps, PROVIDER, [url, username, password, consumerKey])
    const shared = new SharedToken(deps.store, key, () => gate.logIn(() => logIn(client, service.direct)))
    return {
      service: new TokenCache({
        fetch: shared.obtain,
        isGated: true,
        newest: shared.newest,
        headers: (token) => ({ authorization: `DirectLogin token="${token}"` }),
      }),
      asUser: asUser(userToken === 'forward' ? forward : undefined),
      close: () => client.close(),
    }
  }
  const { tokenUrl, clientId, clientSecret } = service.oauth
  const { origin, path: tokenPath } = parseTokenUrl(tokenUrl)
  const client = deps.client({ url: origin, mapError: mapLoginError })
  const endpoint = { client, path: tokenPath, clientId, clientSecret }
  const gate = new LoginGate(deps, PROVIDER, [tokenUrl, clientId, clientSecret])
  return {
    service: { ...clientCredentials({ ...endpoint, gate }), mapError: mapTokenRefusal },
    asUser: asUser(
      userToken === 'forward' ? forward : userToken === 'exchange' ? tokenExchange(endpoint, gate) : undefined,
    ),
    close: () => client.close(),
  }
}
