import { type Client, type Credential, type Path, type Reading, type Refusal, unattended } from './http.js'
import { sharedToken, toToken, tokenAnswer } from './token.js'

/** Where a token URL's origin ends and its path begins, for a client of its own. */
export function tokenPlace(url: string): { origin: string; path: Path } {
  const { origin, pathname } = new URL(url)
  return { origin, path: { text: pathname, template: pathname } }
}

/**
 * A token endpoint's refusals (RFC 6749 section 5.2): whatever it says no to are this server's own credentials, never
 * anything a caller gave. The `refusal` of a client that is opened for tokens.
 */
export function tokenRefusal({ status, body }: Refusal): Reading {
  if (![400, 401, 403].includes(status)) return {}
  const error = (body as { error?: unknown } | null | undefined)?.error
  return { code: 'PROVIDER_REFUSED', ...(typeof error === 'string' && /^\w{1,64}$/.test(error) ? { providerCode: error } : {}) }
}

/** RFC 6749 section 2.3.1: both halves are encoded before they are joined. */
const basic = (id: string, password: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`).toString('base64')}`

/** OAuth2 client credentials with HTTP Basic client authentication; `client` is open on the token URL's origin. */
export function clientCredentials({
  client,
  path,
  clientId,
  clientSecret,
  scope,
}: {
  readonly client: Client
  readonly path: Path
  readonly clientId: string
  readonly clientSecret: string
  readonly scope?: string
}): Credential {
  const authorization = basic(clientId, clientSecret)
  return sharedToken({
    async fetch() {
      const { body } = await client.send(unattended, {
        method: 'POST',
        path,
        effect: 'read',
        form: { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) },
        headers: { authorization },
        answer: tokenAnswer,
      })
      return toToken(body)
    },
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  })
}
