import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Type } from '@sinclair/typebox'
import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import { contract } from '../../datasources/http/call.js'
import { parseJson } from '../../datasources/http/json.js'
import { type ProxySettings, proxyFor } from '../../datasources/http/proxy.js'
import { ReplaceableTransport } from '../../datasources/http/replaceable-transport.js'
import { abortBy, type TransportOptions } from '../../datasources/http/transport.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import { TransientMap } from '../../datasources/support/transient-map.js'
import { errorClass } from '../observability/error-class.js'
import type { ConsentRegisterConfig } from './settings.js'

const MAX_CACHED = 10_000
const MAX_ANSWER_BYTES = 16 * 1024
const CONNECTIONS = 8
/** How long a question is answered by its last failure: a register that is away is not asked by every operation. */
const FAILURE_MS = 1_000

/** What the register is asked; it holds no personal value. */
export interface ConsentQuestion {
  readonly tenant: string
  readonly client: string
  readonly subject: string
  readonly actor: string | null
  readonly purpose: string | null
  readonly consentId: string | null
  readonly scopes: readonly string[]
  /** The personal fields that the operation selects, such as `Person.firstName`; empty for a search alone. */
  readonly fields: readonly string[]
}

const textOrNull = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const answers = contract(Type.Object({ allowed: Type.Boolean(), consentId: textOrNull, purpose: textOrNull }))
interface RegisterOptions extends ConsentRegisterConfig {
  readonly proxies: ProxySettings
  /** Called for each question that was sent, with the class of the cause where it failed. */
  readonly report: (outcome: 'allowed' | 'refused' | 'failed', cause: string | undefined) => void
}

/** A question that was not answered clearly. `code` is the class of the cause. */
class RegisterError extends Error {
  constructor(readonly code: string) {
    super('the register of consents gave no answer')
  }
}

/** What an answer says of a question; throws for one that is not clearly about it. */
function readAnswer(text: string | undefined, question: ConsentQuestion): boolean {
  const answer = text === undefined ? undefined : parseJson(text)
  if (!answers.fits(answer)) throw new RegisterError('NOT_READABLE')
  const { allowed, consentId, purpose } = answer
  if (consentId !== undefined && consentId !== question.consentId) throw new RegisterError('OTHER_CONSENT')
  if (purpose !== undefined && purpose !== question.purpose) throw new RegisterError('OTHER_PURPOSE')
  return allowed
}

const transportOptions = ({ url, timeoutMs, ca, proxies }: Omit<RegisterOptions, 'report'>): TransportOptions => ({
  origin: new URL(url).origin,
  connections: CONNECTIONS,
  timeoutMs,
  maxResponseBytes: MAX_ANSWER_BYTES,
  tls: ca === undefined ? undefined : { ca },
  proxy: proxyFor(new URL(url), proxies),
})

const unavailable = () => new ApiError('CONSENT_UNAVAILABLE', { retryAfterSeconds: FAILURE_MS / 1000 })

/**
 * The bank's register of consents, over HTTP. It fails closed: anything but a clear answer is `CONSENT_UNAVAILABLE`.
 * Equal questions share one call (single-flight), and its answer for `CONSENT_CACHE_SECONDS`.
 */
export class ConsentRegister {
  #options: RegisterOptions
  readonly #target: string
  readonly #transport: ReplaceableTransport
  /** False, true, or undefined for a failure. */
  readonly #cache = new LRUCache<string, { readonly allowed: boolean | undefined }>({ max: MAX_CACHED })
  readonly #flights = new TransientMap<string, Promise<boolean>>()

  constructor(options: RegisterOptions) {
    this.#options = options
    this.#target = new URL(options.url).pathname
    this.#transport = new ReplaceableTransport(transportOptions(options))
  }

  /** Takes another credential, authority or proxy in use. Returns whether one of them is another. */
  use({ credential, ca, proxies }: Pick<RegisterOptions, 'credential' | 'ca' | 'proxies'>): boolean {
    const before = this.#options
    const next = { ...before, credential, ca, proxies }
    if (isDeepStrictEqual(next, before)) return false
    this.#options = next
    this.#transport.use(transportOptions(next))
    return true
  }

  /** Whether the register allows an access; a promise only where it must be asked. Throws or rejects with `CONSENT_UNAVAILABLE`. */
  ask(question: ConsentQuestion): boolean | Promise<boolean> {
    const body = JSON.stringify(question)
    const key = createHash('sha256').update(body).digest('base64')
    const cached = this.#cache.get(key)
    if (cached !== undefined) {
      if (cached.allowed === undefined) throw unavailable()
      return cached.allowed
    }
    const running = this.#flights.get(key)
    if (running !== undefined) return running
    const flight = this.#send(question, body, key).finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  close(): Promise<void> {
    return this.#transport.close()
  }

  async #send(question: ConsentQuestion, body: string, key: string): Promise<boolean> {
    const { timeoutMs, cacheMs, report } = this.#options
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const allowed = await this.#receive(question, body, timeout)
      report(allowed ? 'allowed' : 'refused', undefined)
      if (cacheMs > 0) this.#cache.set(key, { allowed }, { ttl: cacheMs })
      return allowed
    } catch (error) {
      const cause = timeout.aborted ? 'TIMEOUT' : errorClass(error)
      report('failed', cause)
      this.#cache.set(key, { allowed: undefined }, { ttl: FAILURE_MS })
      throw unavailable()
    }
  }

  async #receive(question: ConsentQuestion, body: string, signal: AbortSignal): Promise<boolean> {
    const { credential } = this.#options
    const { status, text } = await this.#transport.send({
      method: 'POST',
      path: this.#target,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      },
      body,
      watch: abortBy(signal),
      // A connection that was idle for long may be closed while the question is on its way.
      recentOnly: true,
    })
    if (status !== 200) throw new RegisterError(`HTTP_${status}`)
    return readAnswer(text, question)
  }
}
