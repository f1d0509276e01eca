import { type IssuerAccess, JwksError, readDocument } from './read-jwks.js'

/** The addresses of an issuer's metadata: OpenID Connect Discovery 1.0, section 4, and RFC 8414, section 3. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

/** The answers by which an issuer says that it has no such document. */
const isAbsent = (error: unknown): boolean => error instanceof JwksError && /^HTTP_4(00|03|04|05|10)$/.test(error.code)

async function readMetadata(issuer: string, access: IssuerAccess): Promise<Readonly<Record<string, unknown>>> {
  const [openId, oauth] = metadataUrls(issuer)
  try {
    return await readDocument(openId!, access)
  } catch (error) {
    if (!isAbsent(error)) throw error
    return readDocument(oauth!, access)
  }
}

/**
 * Finds where the keys of an issuer are. The metadata must name exactly this issuer (RFC 8414, 3.3), and an issuer that is
 * reached over TLS has its keys behind TLS too. Rejects with a `JwksError`.
 */
export async function discoverJwksUrl(issuer: string, access: IssuerAccess): Promise<string> {
  const { issuer: named, jwks_uri: url } = await readMetadata(issuer, access)
  if (named !== issuer) throw new JwksError('OTHER_ISSUER')
  if (typeof url !== 'string' || !URL.canParse(url)) throw new JwksError('NO_JWKS_URI')
  const { protocol } = new URL(url)
  if (protocol !== 'https:' && (protocol !== 'http:' || new URL(issuer).protocol === 'https:'))
    throw new JwksError('JWKS_URI_WITHOUT_TLS')
  return url
}
