import { type Client, type Credential, type Path, unattended } from './client.js'
import { cachedToken, type Token, toToken, tokenResponse } from './token-cache.js'

/** Where a token URL points to: what a client is opened with, and the path that is then asked. */
export function parseTokenUrl(url: string): { origin: string; path: Path } {
  const { origin, pathname } = new URL(url)
  return { origin, path: { text: pathname, template: pathname } }
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

/** Where tokens are asked for, and by whom. `client` is opened on the token URL's origin and has no credential of its own. */
export interface TokenEndpoint {
  readonly client: Client
  readonly path: Path
  readonly clientId: string
  readonly clientSecret: string
}

/** One token for what the form says; the client proves itself by HTTP Basic. */
export async function requestToken(
  { client, path, clientId, clientSecret }: TokenEndpoint,
  form: Readonly<Record<string, string>>,
): Promise<Token> {
  const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')
  const { body } = await client.send(unattended, {
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

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** OAuth 2 client credentials (RFC 6749 section 4.4): one token, shared by every call. */
export const clientCredentials = ({ scope, ...endpoint }: TokenEndpoint & { readonly scope?: string }): Credential =>
  cachedToken({
    fetch: () =>
      requestToken(endpoint, { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }),
    headers: bearer,
  })
