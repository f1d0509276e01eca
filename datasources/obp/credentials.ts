import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { type Client, contract, type Credential, path, unattended } from '../http.js'
import type { Visit } from '../provider.js'
import { sharedToken, type Token, tokenAnswer, toToken } from '../token.js'
import { failure, TITLE } from './refusal.js'
import type { DirectLogin, OAuthClient, ObpSettings } from './settings.js'

const loggedIn = contract(Type.Object({ token: Type.String({ minLength: 1 }) }))

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Where tokens come from: the provider itself, or the OAuth2 server. */
export const tokenHost = ({ url, service }: ObpSettings): string => ('oauth' in service ? service.oauth.tokenUrl : url)

async function logIn(tokens: Client, { username, password, consumerKey }: DirectLogin): Promise<Token> {
  const { body } = await tokens.send(unattended, {
    method: 'POST',
    path: path`/my/logins/direct`,
    effect: 'read',
    headers: { authorization: `DirectLogin username="${username}",password="${password}",consumer_key="${consumerKey}"` },
    answer: loggedIn,
  })
  // It lives for weeks, and how many is the instance's own affair.
  return { value: body.token, expiresIn: undefined }
}

/** RFC 6749 section 2.3.1: both are form-encoded before they are joined. */
const basic = ({ clientId, clientSecret }: OAuthClient): string =>
  `Basic ${Buffer.from([clientId, clientSecret].map(encodeURIComponent).join(':')).toString('base64')}`

async function requestToken(tokens: Client, oauth: OAuthClient, form: Readonly<Record<string, string>>): Promise<Token> {
  const { body } = await tokens.send(unattended, {
    method: 'POST',
    path: path``,
    effect: 'read',
    form,
    headers: { authorization: basic(oauth) },
    answer: tokenAnswer,
  })
  return toToken(body)
}

/** Who this server is to the provider. */
export const serviceCredential = (tokens: Client, { service }: ObpSettings): Credential =>
  'oauth' in service
    ? sharedToken({ fetch: () => requestToken(tokens, service.oauth, { grant_type: 'client_credentials' }), headers: bearer })
    : sharedToken({ fetch: () => logIn(tokens, service.direct), headers: (token) => ({ authorization: `DirectLogin token="${token}"` }) })

/** More callers than this at once exchange their tokens again. */
const MOST_EXCHANGED = 1000

/** RFC 8693: the caller's token for one that the provider takes, kept as long as it lives. */
function exchanged(tokens: Client, oauth: OAuthClient): (token: string) => Credential {
  const kept = new Map<string, Credential>()
  return (token) => {
    const name = createHash('sha256').update(token).digest('base64')
    const credential =
      kept.get(name) ??
      sharedToken({
        headers: bearer,
        fetch: () =>
          requestToken(tokens, oauth, {
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            subject_token: token,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          }),
      })
    // Put back last: the one that was not used for longest is the first to go.
    kept.delete(name)
    kept.set(name, credential)
    if (kept.size > MOST_EXCHANGED) kept.delete(kept.keys().next().value!)
    return credential
  }
}

/** Who the caller is to the provider; refuses where this deployment has no way to say so. */
export function userCredential(tokens: Client, { service, userToken }: ObpSettings): (visit: Visit) => Credential {
  const exchange = userToken === 'exchange' && 'oauth' in service ? exchanged(tokens, service.oauth) : undefined
  return ({ caller }) => {
    if (exchange) return exchange(caller.token)
    // Nobody can renew a forwarded token, so a refusal of it is final.
    if (userToken === 'forward') return { headers: () => bearer(caller.token) }
    throw failure('PROVIDER_NOT_CONFIGURED', `This deployment cannot ask ${TITLE} as the caller.`)
  }
}
