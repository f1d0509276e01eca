import type { LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher } from 'undici'
import { parseRetryAfter } from '../../datasources/http/retry-after.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import { errorClass } from '../observability/error-class.js'
import type { AddressRules } from './address-rules.js'
import { dnsResolve, type Resolve } from './resolve.js'

/** The time for one attempt: connecting, sending and the status of the answer. */
const ATTEMPT_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000
/** What is read of an answer's body, so that its connection can be used again. */
const MAX_ANSWER_BYTES = 16_384
const MAX_HEADER_BYTES = 16_384
const KEEP_ALIVE_MS = 4_000

const refused = (): Error => Object.assign(new Error('the address is refused'), { code: 'ADDRESS_REFUSED' })

/** The addresses of a name, where all of them may be connected to. What is connected to is what was checked. */
function checkedLookup(rules: AddressRules, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined || !addresses.every(({ address }) => rules.allows(address)))
          return callback(refused(), '')
        if (options.all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
}

/** The answer of a receiver. */
interface Sent {
  readonly outcome: Outcome
  /** `Retry-After` of a 429 or 503, in ms. */
  readonly waitMs?: number | undefined
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return Outcome.HTTP_2XX
  if (status >= 300 && status < 400) return Outcome.HTTP_3XX
  if (status === 410) return Outcome.HTTP_410
  if (status === 429) return Outcome.HTTP_429
  return status >= 500 ? Outcome.HTTP_5XX : Outcome.HTTP_4XX
}

const TLS_ERROR = /^(ERR_(TLS|SSL)|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA)/
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  ADDRESS_REFUSED: Outcome.ADDRESS_REFUSED,
  ENOTFOUND: Outcome.NAME_NOT_FOUND,
  TIMEOUT: Outcome.TIMEOUT,
  ABORTED: Outcome.TIMEOUT,
  ETIMEDOUT: Outcome.TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: Outcome.TIMEOUT,
}

function outcomeOfError(error: unknown): Outcome {
  const kind = errorClass(error)
  return OUTCOMES[kind] ?? (TLS_ERROR.test(kind) ? Outcome.TLS_FAILED : Outcome.CONNECTION_FAILED)
}

interface SenderOptions {
  readonly rules: AddressRules
  /** @default the DNS servers of the system */
  readonly resolve?: Resolve | undefined
  /** @default ten seconds */
  readonly timeoutMs?: number | undefined
}

/**
 * Sends deliveries. The addresses of a host are checked when it is connected to, redirects are not followed, no proxy is
 * used, and a body is dropped.
 */
export class Sender {
  readonly #rules: AddressRules
  readonly #timeoutMs: number
  readonly #agent: Agent

  constructor({ rules, resolve = dnsResolve(), timeoutMs = ATTEMPT_TIMEOUT_MS }: SenderOptions) {
    this.#rules = rules
    this.#timeoutMs = timeoutMs
    this.#agent = new Agent({
      // undici hands the options on to `net.connect` and `tls.connect`, which know `lookup`.
      connect: buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: checkedLookup(rules, resolve) }),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    })
  }

  /** Sends one request; it never rejects. */
  async send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Sent> {
    // A literal is not looked up, and the rules may have changed since the endpoint was created.
    if (this.#rules.problemsOf(url).length > 0) return { outcome: Outcome.ADDRESS_REFUSED }
    const signal = AbortSignal.timeout(this.#timeoutMs)
    try {
      const { origin, pathname, search } = new URL(url)
      const answer = await this.#agent.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': USER_AGENT, ...headers },
        body,
        signal,
      })
      await drop(answer, signal)
      const { statusCode, headers: received } = answer
      const mayAsk = statusCode === 429 || statusCode === 503
      const seconds = mayAsk ? parseRetryAfter([received['retry-after']].flat()[0]) : undefined
      return { outcome: outcomeOf(statusCode), waitMs: seconds === undefined ? undefined : seconds * 1000 }
    } catch (error) {
      return { outcome: outcomeOfError(error) }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}

/** Reads a little of a body, for the connection's next use; the status has decided already. */
const drop = async ({ body }: Dispatcher.ResponseData, signal: AbortSignal): Promise<void> =>
  body.dump({ limit: MAX_ANSWER_BYTES, signal }).catch(() => undefined)
