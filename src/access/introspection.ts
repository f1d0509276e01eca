import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import { Bulkhead } from '../../datasources/http/bulkhead.js'
import { parseJson } from '../../datasources/http/json.js'
import { proxyFor, type ProxySettings } from '../../datasources/http/proxy.js'
import { ReplaceableTransport } from '../../datasources/http/replaceable-transport.js'
import { abortBy, TransportError, type TransportOptions } from '../../datasources/http/transport.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import { monotonicClock } from '../../datasources/support/monotonic-clock.js'
import { TransientMap } from '../../datasources/support/transient-map.js'
import { errorClass } from '../observability/error-class.js'
import type { Claims } from './caller-claims.js'
import type { IntrospectionConfig } from './token-settings.js'

const TIMEOUT_MS = 5_000
/** Calls at the same time; further ones wait, and answer `ISSUER_UNAVAILABLE` where that takes too long. */
const MAX_CALLS = 16
const MAX_QUEUED = 256
/** The claims of a token are cached with it. */
const MAX_ANSWER_BYTES = 64 * 1024
/** How long a token that is not active is known as such. */
const REFUSED_MS = 5_000
const MAX_REFUSED = 10_000
const RETRY_SECONDS = 1

/** How an endpoint is reached, and how long its answers are used. */
interface IntrospectionAccess extends IntrospectionConfig {
  readonly proxies: ProxySettings
  /** Certificate authority (PEM), instead of the public ones. */
  readonly ca: string | undefined
}

interface IntrospectionOptions extends IntrospectionAccess {
  /** Called after each call, with the class of the cause where it failed. */
  readonly report?: ((cause: string | undefined) => void) | undefined
}

/** An answer that cannot be used. `code` is the class of the cause: `TIMEOUT`, `HTTP_401`, `NOT_JSON`. */
class IntrospectionError extends Error {
  constructor(readonly code: string) {
    super('the introspection endpoint cannot be used')
  }
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined. */
const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

const transportOptions = ({ url, proxies, ca }: IntrospectionAccess): TransportOptions => ({
  origin: new URL(url).origin,
  connections: MAX_CALLS,
  timeoutMs: TIMEOUT_MS,
  maxResponseBytes: MAX_ANSWER_BYTES,
  proxy: proxyFor(new URL(url), proxies),
  ...(ca === undefined ? {} : { tls: { ca } }),
})

function headersOf({ client }: IntrospectionAccess): Readonly<Record<string, string>> {
  const basic = client && Buffer.from(`${formEncode(client.id)}:${formEncode(client.secret)}`).toString('base64')
  return {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': USER_AGENT,
    ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
  }
}

/** The claims of an answer; undefined for a token that is not active. */
function readAnswer(text: string | undefined): Claims | undefined {
  const answer = parseJson(text ?? '')
  if (answer === undefined) throw new IntrospectionError('NOT_JSON')
  const { active, ...claims } = (answer ?? {}) as Claims
  if (typeof active !== 'boolean') throw new IntrospectionError('NO_INTROSPECTION')
  return active ? claims : undefined
}

/**
 * Token introspection (RFC 7662), through the forward proxy. One call at a time is made for a token, however many
 * requests bring it. A failure of the endpoint says nothing about the token.
 */
export class Introspection {
  readonly #report: IntrospectionOptions['report']
  readonly #transport: ReplaceableTransport
  #access: IntrospectionAccess
  readonly #bulkhead = new Bulkhead(MAX_CALLS, MAX_QUEUED)
  readonly #running = new TransientMap<string, Promise<Claims>>()
  readonly #refused = new LRUCache<string, number>({ max: MAX_REFUSED })
  readonly #closing = new AbortController()

  constructor({ report, ...access }: IntrospectionOptions) {
    this.#report = report
    this.#access = access
    this.#transport = new ReplaceableTransport(transportOptions(access))
  }

  /** Takes another address, credential or authority in use: calls that have begun end as they began. */
  use(access: IntrospectionAccess): void {
    if (isDeepStrictEqual(access, this.#access)) return
    this.#access = access
    // What another endpoint, or the same one for another client, refuses is not known.
    this.#refused.clear()
    this.#transport.use(transportOptions(access))
  }

  get cacheMs(): number {
    return this.#access.cacheMs
  }

  /** The claims of an active token. Rejects with `UNAUTHENTICATED` where it is not active, or `ISSUER_UNAVAILABLE`. */
  claimsOf(token: string): Promise<Claims> {
    // Tokens are not kept: their hash is enough.
    const name = createHash('sha256').update(token).digest('base64')
    if ((this.#refused.get(name) ?? 0) > monotonicClock.now()) return Promise.reject(this.#notActive())
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const call = this.#ask(token, name).finally(() => this.#running.delete(name))
    this.#running.set(name, call)
    return call
  }

  /** Closes it once the calls that run have ended. */
  async retire(): Promise<void> {
    await Promise.allSettled(this.#running.values())
    await this.close()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#transport.close()
  }

  #notActive(): ApiError {
    return new ApiError('UNAUTHENTICATED', { message: 'The token is not valid here.' })
  }

  async #ask(token: string, name: string): Promise<Claims> {
    const claims = await this.#called(token)
    if (claims !== undefined) return claims
    if (this.cacheMs > 0) this.#refused.set(name, monotonicClock.now() + Math.min(REFUSED_MS, this.cacheMs))
    throw this.#notActive()
  }

  async #called(token: string): Promise<Claims | undefined> {
    const signal = this.#closing.signal
    const message = 'The issuer cannot be asked about the token at the moment.'
    const unavailable = () => new ApiError('ISSUER_UNAVAILABLE', { message, retryAfterSeconds: RETRY_SECONDS })
    if ((await this.#bulkhead.acquire({ signal, timeoutMs: TIMEOUT_MS })) !== 'acquired') throw unavailable()
    try {
      const claims = await this.#send(token)
      this.#report?.(undefined)
      return claims
    } catch (error) {
      if (!signal.aborted) this.#report?.(errorClass(error))
      throw unavailable()
    } finally {
      this.#bulkhead.release()
    }
  }

  async #send(token: string): Promise<Claims | undefined> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    const { pathname, search } = new URL(this.#access.url)
    try {
      const { status, text } = await this.#transport.send({
        method: 'POST',
        path: pathname + search,
        headers: headersOf(this.#access),
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
        watch: abortBy(AbortSignal.any([this.#closing.signal, timeout])),
        // A connection that was idle for long may be closed while the token is on its way.
        recentOnly: true,
      })
      if (status !== 200) throw new IntrospectionError(`HTTP_${status}`)
      return readAnswer(text)
    } catch (error) {
      if (error instanceof TransportError && timeout.aborted) throw new IntrospectionError('TIMEOUT')
      throw error
    }
  }
}
