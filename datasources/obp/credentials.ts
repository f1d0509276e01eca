import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { LRUCache } from 'lru-cache'
import { type Client, contract, type Credential, path, unattended } from '../http/client.js'
import { bearer, clientCredentials, requestToken, type TokenEndpoint, tokenPlace } from '../http/oauth.js'
import type { House, Visit } from '../contract/provider.js'
import { sharedToken, type Token } from '../http/token-cache.js'
import { failure, loginRefusal, TITLE } from './error-mapping.js'
import type { DirectLogin, ObpSettings } from './settings.js'

export interface Credentials {
  /** Who this server is to the provider. */
  readonly service: Credential
  /** Who the caller is to the provider; throws where this deployment has no way to say so. */
  readonly asUser: (visit: Visit) => Credential
  readonly close: () => Promise<void>
}

const loggedIn = contract(Type.Object({ token: Type.String({ minLength: 1 }) }))

async function logIn(client: Client, { username, password, consumerKey }: DirectLogin): Promise<Token> {
  const { body } = await client.send(unattended, {
    method: 'POST',
    path: path`/my/logins/direct`,
    effect: 'read',
    repeat: 'never',
    headers: { authorization: `DirectLogin username="${username}",password="${password}",consumer_key="${consumerKey}"` },
    answer: loggedIn,
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
    sharedToken({
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
export function credentialsOf({ url, service, userToken }: ObpSettings, house: House): Credentials {
  // Nobody can renew a forwarded token, so a refusal of it is final.
  const forwarded = (token: string): Credential => ({ headers: () => bearer(token) })
  const asUser = (of: ((token: string) => Credential) | undefined) => (visit: Visit) => {
    if (of === undefined) throw failure('PROVIDER_NOT_CONFIGURED', `This deployment cannot ask ${TITLE} as the caller.`)
    return of(visit.caller.token)
  }

  if ('direct' in service) {
    const client = house.client({ url, refusal: loginRefusal })
    return {
      service: sharedToken({ fetch: () => logIn(client, service.direct), headers: (token) => ({ authorization: `DirectLogin token="${token}"` }) }),
      asUser: asUser(userToken === 'forward' ? forwarded : undefined),
      close: client.close,
    }
  }
  const { origin, path: tokenPath } = tokenPlace(service.oauth.tokenUrl)
  const client = house.client({ url: origin, refusal: loginRefusal })
  const endpoint = { client, path: tokenPath, clientId: service.oauth.clientId, clientSecret: service.oauth.clientSecret }
  return {
    service: clientCredentials(endpoint),
    asUser: asUser(userToken === 'forward' ? forwarded : userToken === 'exchange' ? exchanged(endpoint) : undefined),
    close: client.close,
  }
}
