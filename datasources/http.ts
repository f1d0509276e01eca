import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'
import type { Provider as Label } from '../schema/shared.js'
import { type Code, Failure, type FailureDetails } from './errors.js'
import { type Answer, type Tls, type Transport, TransportError } from './transport.js'
import { turns } from './turns.js'

/** A path whose segments are encoded, with the template it was made from (which holds no ids and may be logged). */
export interface Path {
  readonly text: string
  readonly template: string
}

/** Builds a `Path`: whatever is put in becomes exactly one segment, so no value can change where a request goes. */
export function path(strings: TemplateStringsArray, ...values: string[]): Path {
  let text = strings[0]!
  values.forEach((value, i) => {
    // Half of a surrogate pair is no character and has no encoding.
    if (value === '' || value === '.' || value === '..' || /\p{Surrogate}/u.test(value)) throw new Failure('BAD_USER_INPUT', { message: 'An id is not valid.' })
    text += encodeURIComponent(value) + strings[i + 1]!
  })
  return { text, template: strings.join('{}') }
}

/** A contract compiled into a check. `first` names the first place that does not fit, without its value. */
export interface Contract<T> {
  readonly fits: (value: unknown) => value is T
  readonly first: (value: unknown) => string
}

/** Compiles a contract once, when the room is loaded. */
export function contract<S extends TSchema>(schema: S): Contract<Static<S>> {
  const check = TypeCompiler.Compile(schema)
  return {
    fits: (value): value is Static<S> => check.Check(value),
    first: (value) => {
      const error = check.Errors(value).First()
      return error ? `${error.path || '/'} ${error.message}` : '/'
    },
  }
}

/**
 * What a call does at the provider, and so what a lost answer means:
 * - `read`: nothing; the answer can be asked for again
 * - `check`: nothing that lasts, but it must not be repeated by itself (a lost answer is `PROVIDER_TIMEOUT`)
 * - `write`: something; a lost answer is `OUTCOME_UNKNOWN`
 */
export type Effect = 'read' | 'check' | 'write'

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: Path
  readonly effect: Effect
  readonly query?: readonly (readonly [string, string])[] | undefined
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent form-encoded, in place of JSON. */
  readonly form?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What a 2xx answer must look like; null when its body does not matter. */
  readonly answer: Contract<T> | null
  /** In place of the client's credential, for calls made as the caller. */
  readonly credential?: Credential | undefined
  /** In place of the client's reading of refusals, for a call whose refusals mean something of their own. */
  readonly refusal?: ((refusal: Refusal) => Verdict) | undefined
}

export interface Reply<T> {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: T
}

/** A non-2xx answer as a room may read it. `body` is parsed JSON, or undefined. */
export interface Refusal {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: unknown
}

/** What a room makes of a refusal. Members left out follow the status. */
export interface Verdict {
  readonly code?: Code | undefined
  readonly message?: string | undefined
  readonly providerCode?: string | undefined
  readonly providerRequestId?: string | undefined
  readonly fields?: FailureDetails['fields']
  readonly retryAfterSeconds?: number | undefined
  /** True when the credential is stale: it is renewed and the call made once more. */
  readonly stale?: boolean | undefined
  /** True when a 500, 502 or 504 certainly did nothing, false when any refusal may have. */
  readonly certain?: boolean | undefined
}

/** How a client proves who it is. `renew` is told the headers that were refused. */
export interface Credential {
  readonly headers: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
  readonly renew?: (refused: Readonly<Record<string, string>>) => void
}

/** One finished call, for logs and metrics: nothing in it is personal. */
export interface Observation {
  readonly provider: string
  readonly method: string
  readonly route: string
  readonly status: number | undefined
  readonly code: Code | undefined
  readonly seconds: number
  readonly correlationId: string
  readonly detail?: string | undefined
}

export interface ClientOptions {
  /** Metric label. */
  readonly name: string
  readonly label: Label
  readonly title: string
  readonly url: string
  readonly tls?: Tls | undefined
  readonly credential?: Credential | undefined
  readonly refusal: (refusal: Refusal) => Verdict
  readonly timeoutMs: number
  readonly maxConcurrency: number
  readonly transport: (options: { origin: string; connections: number; tls?: Tls | undefined }) => Transport
  readonly observer: (observation: Observation) => void
}

/** What a call needs to know of the operation it is made for. */
export interface CallVisit {
  /** Ends when the operation's deadline passes or the client leaves; reads stop with it. */
  readonly signal: AbortSignal
  readonly correlationId: string
}

export interface Client {
  readonly send: <T>(visit: CallVisit, call: Call<T>) => Promise<Reply<T>>
  readonly close: () => Promise<void>
}

/** A call outside any operation, such as a token request: nobody's leaving ends it. */
export const unattended: CallVisit = { signal: new AbortController().signal, correlationId: 'unattended' }

const BY_STATUS: Readonly<Record<number, Code>> = {
  400: 'BAD_USER_INPUT',
  401: 'PROVIDER_REFUSED',
  403: 'PROVIDER_REFUSED',
  404: 'NOT_FOUND',
  408: 'PROVIDER_TIMEOUT',
  409: 'CONFLICT',
  421: 'BAD_USER_INPUT',
  422: 'BAD_USER_INPUT',
  429: 'RATE_LIMITED',
  504: 'PROVIDER_TIMEOUT',
}

/** The code of a status that the room says nothing better about. */
const codeOf = (status: number): Code => BY_STATUS[status] ?? (status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_MALFORMED')

/** A write that met one of these may have happened; 501 and 503 say that it did not. */
const isDoubtful = (status: number): boolean => status === 408 || status === 499 || (status >= 500 && status !== 501 && status !== 503)

const LONGEST_WAIT_SECONDS = 3600

/** `Retry-After` in either form (RFC 9110), in whole seconds from now. */
export function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_WAIT_SECONDS) : undefined
}

/** A provider's codes and correlation ids are repeated to callers, so only what looks like one passes. */
const cleanId = (id: string | undefined) => (id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined)
const cleanCode = (code: string | undefined) => (code !== undefined && /^[A-Za-z][\w.-]{0,63}$/.test(code) ? code : undefined)

/** The body of a call and what kind of body it is. */
function encoded({ json, form }: Pick<Call<unknown>, 'json' | 'form'>): { readonly type: string; readonly text: string } | undefined {
  if (form !== undefined) return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() }
  return json === undefined ? undefined : { type: 'application/json', text: JSON.stringify(json) }
}

/** The only way out to a provider: one pool, one deadline, one reading of every failure. */
export function createClient(options: ClientOptions): Client {
  const base = new URL(options.url)
  const prefix = base.pathname.replace(/\/$/, '')
  const wire = options.transport({ origin: base.origin, connections: options.maxConcurrency, tls: options.tls })
  const line = turns(options.maxConcurrency)

  const fail = (code: Code, details: FailureDetails = {}) =>
    new Failure(code, { provider: options.label, title: options.title, ...details })

  async function exchange<T>(visit: CallVisit, call: Call<T>, credential: Readonly<Record<string, string>>): Promise<Answer> {
    const query = call.query ? new URLSearchParams(call.query.map(([name, value]): [string, string] => [name, value])).toString() : ''
    const body = encoded(call)
    const ended = () => fail('DEADLINE_EXCEEDED', { message: 'The operation ended before the provider answered.' })
    try {
      await line.take(visit.signal, options.timeoutMs)
    } catch {
      throw visit.signal.aborted ? ended() : fail('PROVIDER_TIMEOUT')
    }
    // The time begins with the turn: a write that left with a moment to go would end in doubt for nothing.
    const timeout = AbortSignal.timeout(options.timeoutMs)
    // A write is heard to its end: leaving it would make a known outcome unknown. And a signal that never ends would
    // collect one listener per call.
    const signal = call.effect === 'write' || visit.signal === unattended.signal ? timeout : AbortSignal.any([timeout, visit.signal])
    try {
      return await wire.send({
        method: call.method,
        path: prefix + call.path.text + (query && `?${query}`),
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': body.type }),
          ...credential,
          ...call.headers,
        },
        body: body?.text,
        signal,
      })
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (visit.signal.aborted && call.effect !== 'write') throw ended()
      if (error.unreadable) throw fail(call.effect === 'write' ? 'OUTCOME_UNKNOWN' : 'PROVIDER_MALFORMED')
      if (!error.sent) throw fail(timeout.aborted ? 'PROVIDER_TIMEOUT' : 'PROVIDER_UNAVAILABLE')
      if (call.effect === 'write') throw fail('OUTCOME_UNKNOWN')
      throw fail(timeout.aborted || call.effect === 'check' ? 'PROVIDER_TIMEOUT' : 'PROVIDER_UNAVAILABLE')
    } finally {
      line.give()
    }
  }

  /** A shared token goes on being fetched for the others; who has left does not wait for it, and nothing was sent for them. */
  async function before<T>(signal: AbortSignal, make: () => Promise<T> | T): Promise<T> {
    const ended = () => fail('DEADLINE_EXCEEDED', { message: 'The operation ended before the provider was asked.' })
    // First of all: a token that is fetched for nobody has nobody to hear that it failed.
    if (signal.aborted) throw ended()
    const ready = make()
    if (!(ready instanceof Promise)) return ready
    return new Promise<T>((resolve, reject) => {
      const leave = () => reject(ended())
      signal.addEventListener('abort', leave, { once: true })
      ready.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }

  function parse(text: string): unknown {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return undefined
    }
  }

  async function attempt<T>(visit: CallVisit, call: Call<T>, renewed: boolean): Promise<Reply<T>> {
    const own = call.credential ?? options.credential
    const credential = own === undefined ? {} : await before(visit.signal, () => own.headers())
    const answer = await exchange(visit, call, credential)
    const body = parse(answer.text)

    if (answer.status >= 200 && answer.status < 300) {
      if (call.answer === null) return { status: answer.status, header: answer.header, body: undefined as T }
      if (call.answer.fits(body)) return { status: answer.status, header: answer.header, body }
      throw Object.assign(fail(call.effect === 'write' ? 'OUTCOME_UNKNOWN' : 'PROVIDER_MALFORMED', { providerStatus: answer.status }), {
        detail: body === undefined ? 'not JSON' : call.answer.first(body),
      })
    }

    const reading = (call.refusal ?? options.refusal)({ status: answer.status, header: answer.header, body })
    if (reading.stale && own?.renew && !renewed) {
      own.renew(credential)
      return attempt(visit, call, true)
    }
    const doubtful = call.effect === 'write' && !(reading.certain ?? !isDoubtful(answer.status))
    const code = doubtful ? 'OUTCOME_UNKNOWN' : (reading.code ?? codeOf(answer.status))
    const wait = reading.retryAfterSeconds ?? retryAfter(answer.header('retry-after')) ?? (code === 'RATE_LIMITED' ? 5 : undefined)
    const requestId = cleanId(reading.providerRequestId)
    const providerCode = cleanCode(reading.providerCode)
    throw fail(code, {
      providerStatus: answer.status,
      ...(reading.message !== undefined && !doubtful ? { message: reading.message } : {}),
      ...(providerCode !== undefined ? { providerCode } : {}),
      ...(requestId !== undefined ? { providerRequestId: requestId } : {}),
      ...(reading.fields !== undefined ? { fields: reading.fields } : {}),
      ...(wait !== undefined ? { retryAfterSeconds: Math.min(wait, LONGEST_WAIT_SECONDS) } : {}),
    })
  }

  return {
    async send(visit, call) {
      const begun = performance.now()
      const seen = { provider: options.name, method: call.method, route: call.path.template, correlationId: visit.correlationId }
      try {
        const reply = await attempt(visit, call, false)
        options.observer({ ...seen, status: reply.status, code: undefined, seconds: (performance.now() - begun) / 1000 })
        return reply
      } catch (error) {
        const failure = error instanceof Failure ? error : undefined
        options.observer({
          ...seen,
          status: failure?.extensions['providerStatus'] as number | undefined,
          code: failure?.code ?? 'INTERNAL_SERVER_ERROR',
          seconds: (performance.now() - begun) / 1000,
          detail: (error as { detail?: string }).detail,
        })
        throw error
      }
    },
    close: () => wire.close(),
  }
}
