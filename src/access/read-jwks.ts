import type { JSONWebKeySet, JWK } from 'jose'
import { proxyFor } from '../../datasources/http/proxy.js'
import { abortBy, IdleLimit, TransportError, undiciTransport } from '../../datasources/http/transport.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import { omitNullish } from '../../datasources/support/mapping.js'
import type { Config } from '../config.js'
import { errorClass } from '../observability/error-class.js'

/** A connection is used once: the next request follows in a minute. */
const USED_ONCE = new IdleLimit(0)

/** A document of the issuer that could not be read. `code` is the class of the cause: `ECONNREFUSED`, `TIMEOUT`, `HTTP_503`, `NOT_JSON`. */
export class JwksError extends Error {
  constructor(readonly code: string) {
    super('the keys of the issuer cannot be read')
  }
}

/** How an issuer is reached. */
export interface IssuerAccess {
  readonly proxies: Config['proxies']
  /** Certificate authority (PEM), instead of the public ones. */
  readonly ca: string | undefined
  readonly timeoutMs: number
  /** Ends the request. */
  readonly closed: AbortSignal
}

const ACCEPT = 'application/json, application/jwk-set+json'

/**
 * Reads a JSON document of the issuer as providers are called: through the forward proxy, with this server's
 * `User-Agent`, and with a limit for the body (1 MiB). Rejects with a `JwksError`.
 */
export async function readDocument(
  address: string,
  { proxies, ca, timeoutMs, closed }: IssuerAccess,
): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(address)
  const transport = undiciTransport({
    origin: url.origin,
    connections: 1,
    timeoutMs,
    idleLimit: USED_ONCE,
    proxy: proxyFor(url, proxies),
    ...(ca === undefined ? {} : { tls: { ca } }),
  })
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const { status, text } = await transport.send({
      method: 'GET',
      path: url.pathname + url.search,
      headers: { accept: ACCEPT, 'user-agent': USER_AGENT },
      body: undefined,
      watch: abortBy(AbortSignal.any([closed, timeout])),
    })
    if (status !== 200) throw new JwksError(`HTTP_${status}`)
    if (text === undefined) throw new JwksError('NOT_READABLE')
    return parse(text)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    throw new JwksError(timeout.aborted ? 'TIMEOUT' : errorClass(error))
  } finally {
    await transport.close()
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JwksError('NOT_JSON')
  }
  return (value ?? {}) as Readonly<Record<string, unknown>>
}

const MIN_RSA_BITS = 2048

/** The bits of a number in base64url, without its leading zeros. */
function bitsOf(text: unknown): number {
  const hex = typeof text === 'string' ? Buffer.from(text, 'base64url').toString('hex').replace(/^0+/, '') : ''
  return hex === '' ? 0 : 4 * hex.length - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28
}

/** False of an RSA key that is too short: its tokens are refused as those of an unknown key. */
const isLongEnough = ({ kty, n }: JWK): boolean => kty !== 'RSA' || bitsOf(n) >= MIN_RSA_BITS

/** The types of keys that sign tokens and have a public half (RFC 7518, 6.1; RFC 8037). */
const PUBLIC_TYPES: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP'])

const isObject = (value: unknown): value is JWK => typeof value === 'object' && value !== null

/** True of a public key that may verify tokens. */
const isVerificationKey = (key: JWK): boolean => PUBLIC_TYPES.has(key.kty) && key.use !== 'enc' && isLongEnough(key)

/**
 * Reads the issuer's JWKS, key by key: what cannot verify tokens is left out (RFC 7517, section 5), and a member that is
 * null is absent. Where none is left, that is a fault of the issuer and no reason to refuse tokens: it rejects with the
 * class NO_JWKS.
 */
export async function readJwks(url: string, access: IssuerAccess): Promise<JSONWebKeySet> {
  const value = await readDocument(url, access)
  const { keys } = value
  if (!Array.isArray(keys)) throw new JwksError('NO_JWKS')
  const usable = keys.filter(isObject).map(omitNullish).filter(isVerificationKey)
  if (usable.length === 0) throw new JwksError('NO_JWKS')
  return { ...value, keys: usable }
}
