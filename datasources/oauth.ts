import { type Client, type Credential, type Path, unattended } from './http.js'
import { sharedToken, toToken, tokenAnswer } from './token.js'

/** Where a token URL points to: what a client is opened with, and the path that is then asked. */
export function tokenPlace(url: string): { origin: string; path: Path } {
  const { origin, pathname } = new URL(url)
  return { origin, path: { text: pathname, template: pathname } }
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

/**
 * OAuth 2 client credentials (RFC 6749 section 4.4, HTTP Basic): one token, shared by every call.
 * `client` is opened on the token URL's origin and has no credential of its own.
 */
export function clientCredentials(options: {
  readonly client: Client
  readonly path: Path
  readonly clientId: string
  readonly clientSecret: string
  readonly scope?: string
}): Credential {
  const { client, path, clientId, clientSecret, scope } = options
  const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')
  return sharedToken({
    async fetch() {
      const { body } = await client.send(unattended, {
        method: 'POST',
        path,
        effect: 'read',
        form: { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) },
        headers: { authorization: `Basic ${basic}` },
        answer: tokenAnswer,
      })
      return toToken(body)
    },
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  })
}
