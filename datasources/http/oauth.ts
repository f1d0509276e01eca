import { type Credential, detachedScope, type Path } from './call.js'
import type { ProviderClient } from './client.js'
import type { LoginGate } from './login-gate.js'
import { type Token, TokenCache, tokenResponse, toToken } from './token-cache.js'

/** Splits a token URL into the URL that a client is created with and the path that it requests. */
export function parseTokenUrl(url: string): { origin: string; path: Path } {
  const { origin, pathname } = new URL(url)
  return { origin, path: { text: pathname, template: pathname } }
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined. */
const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

/** A token endpoint and the client that authenticates to it. `client` has no credential of its own. */
export interface TokenEndpoint {
  readonly client: ProviderClient
  readonly path: Path
  readonly clientId: string
  readonly clientSecret: string
}

/** Requests a token with these form parameters; the client authenticates by HTTP Basic. */
export async function requestToken(
  { client, path, clientId, clientSecret }: TokenEndpoint,
  form: Readonly<Record<string, string>>,
): Promise<Token> {
  const basic = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')
  const { body } = await client.send(detachedScope, {
    method: 'POST',
    path,
    effect: 'read',
    retry: 'never',
    form,
    headers: { authorization: `Basic ${basic}` },
    response: tokenResponse,
  })
  return toToken(body)
}

/** The header of a bearer token (RFC 6750). */
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** OAuth 2 client credentials (RFC 6749 section 4.4): one token for all calls. */
export const clientCredentials = ({
  scope,
  gate,
  ...endpoint
}: TokenEndpoint & { readonly scope?: string; readonly gate: LoginGate }): Credential => {
  const form = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }
  return new TokenCache({
    fetch: () => gate.logIn(() => requestToken(endpoint, form)),
    isGated: true,
    headers: bearer,
  })
}
