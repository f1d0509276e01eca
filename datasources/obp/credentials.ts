import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { LRUCache } from 'lru-cache'
import { type ProviderClient, contract, type Credential, path, detachedScope } from '../http/client.js'
import { bearer, clientCredentials, requestToken, type TokenEndpoint, parseTokenUrl } from '../http/oauth.js'
import type { ProviderDeps, OperationScope } from '../contract/provider.js'
import { TokenCache, type Token } from '../http/token-cache.js'
import { obpError, loginRefusal, TITLE } from './error-mapping.js'
import type { DirectLogin, ObpSettings } from './settings.js'

export interface Credentials {
  /** Who this server is to the provider. */
  readonly service: Credential
  /** Who the caller is to the provider; throws where this deployment has no way to say so. */
  readonly asUser: (visit: OperationScope) => Credential
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
  // It lives for weeks, and how many is the instance's own affair.
  return { value: body.token, expiresIn: undefined }
}

/** More callers than this at once exchange their tokens again. */
const MOST_EXCHANGED = 1000

/** RFC 8693: the caller's token for one that the provider takes, kept as long as it lives. */
function exchanged(endpoint: TokenEndpoint): (token: string) => Credential {
  const kept = new LRUCache<string, Credential>({ max: MOST_EXCHANGED })
  const exchange = (token: string) =>
    new TokenCache({
      fetch: () =>
        requestToken(endpoint, {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        }),
      headers: bearer,
    })
  return (token) => {
    const name = createHash('sha256').update(token).digest('base64')
    const credential = kept.get(name) ?? exchange(token)
    kept.set(name, credential)
    return credential
  }
}

/** How this server logs in, as itself and as its callers. */
export function credentialsOf({ url, service, userToken }: ObpSettings, house: ProviderDeps): Credentials {
  // Nobody can renew a forwarded token, so a refusal of it is final.
  const forwarded = (token: string): Credential => ({ headers: () => bearer(token) })
  const asUser = (of: ((token: string) => Credential) | undefined) => (visit: OperationScope) => {
    if (of === undefined)
      throw obpError('PROVIDER_NOT_CONFIGURED', `This deployment cannot ask ${TITLE} as the caller.`)
    return of(visit.caller.token)
  }

  if ('direct' in service) {
    const client = house.client({ url, mapError: loginRefusal })
    return {
      service: new TokenCache({
        fetch: () => logIn(client, service.direct),
        headers: (token) => ({ authorization: `DirectLogin token="${token}"` }),
      }),
      asUser: asUser(userToken === 'forward' ? forwarded : undefined),
      close: () => client.close(),
    }
  }
  const { origin, path: tokenPath } = parseTokenUrl(service.oauth.tokenUrl)
  const client = house.client({ url: origin, mapError: loginRefusal })
  const endpoint = {
    client,
    path: tokenPath,
    clientId: service.oauth.clientId,
    clientSecret: service.oauth.clientSecret,
  }
  return {
    service: clientCredentials(endpoint),
    asUser: asUser(userToken === 'forward' ? forwarded : userToken === 'exchange' ? exchanged(endpoint) : undefined),
    close: () => client.close(),
  }
}
