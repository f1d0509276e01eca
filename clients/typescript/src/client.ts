import type { TokenProvider } from './access-token.js'
import type { Result, Transport } from './attempt.js'
import { Authorization, reasonOf } from './authorization.js'
import { Call, type CallLimits, type CallOutcome } from './call.js'
import { type Connection, rowsOf } from './connection.js'
import { DEFAULT_RETRY, limited, type RetryPolicy } from './delays.js'
import type { DpopKey } from './dpop.js'
import { withIdempotencyKey } from './idempotency.js'
import { NoStream, Subscription } from './subscription.js'
import { type Operation, type OperationText, readOperation } from './typed-document.js'
import { type Polled, waitFor } from './wait.js'

/** Options of a client. */
export interface KycGraphOptions {
  /** The address of the graph, such as `https://kyc.bank.example/graphql`. */
  readonly url: string
  /** An access token, or what gets one: it is called again before the token expires and when the server refuses it. */
  readonly token: string | TokenProvider
  /** The key to which the tokens are bound (DPoP); without it they are bearer tokens. */
  readonly dpop?: DpopKey | undefined
  /** Headers of every request, such as `x-purpose` and `x-consent-id`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly retry?: Partial<RetryPolicy> | undefined
  /** The time of a call in ms, with all attempts and waits. @default 60000 */
  readonly timeoutMs?: number | undefined
  /** The time of one attempt in ms; the server is told and answers in time. @default 15000 */
  readonly attemptTimeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** @default that of the client */
  readonly timeoutMs?: number | undefined
}

/** Options of a mutation. */
export interface MutationOptions extends CallOptions {
  /** The key of the write; `idempotencyKey` in the input comes before it. Without both a new one is made. */
  readonly idempotencyKey?: string | undefined
}

/** Options of waiting for an outcome. */
export interface WaitOptions<Data> extends Omit<CallOptions, 'timeoutMs'> {
  /** Whether a state is final. Without it the record's `nextPollAt`, `state` or `status` says so. */
  readonly until?: ((data: Data) => boolean) | undefined
  /** Called with each state, the final one included. */
  readonly onState?: ((data: Data) => void) | undefined
  /** How long to wait in ms. @default 300000 */
  readonly timeoutMs?: number | undefined
}

/** The rest of the arguments: variables may be left out where none is required. */
export type Rest<Variables, Options> =
  Partial<Variables> extends Variables
    ? [variables?: Variables | undefined, options?: Options]
    : [variables: Variables, options?: Options]

/** The answer to a mutation, and the key under which it is sent. */
export type Mutated<Data> = Promise<Data> & { readonly idempotencyKey: string }

type Values = Readonly<Record<string, unknown>>

const TIMEOUT_MS = 60_000
const ATTEMPT_TIMEOUT_MS = 15_000
const WAIT_MS = 300_000

const HEAD_OF_QUERY = /^((?:[\s,\uFEFF]|#[^\n\r]*[\n\r])*)query\b/

/**
 * A client of kyc-graph. It repeats what the server says may be repeated, writes under one idempotency key, so no write is
 * done twice; the caller's code needs no loop of its own.
 */
export class KycGraph {
  readonly #transport: Transport
  readonly #headers: Readonly<Record<string, string>>
  readonly #limits: CallLimits
  /** Texts that the server answers with no stream. */
  readonly #withoutStream = new Set<string>()

  constructor(options: KycGraphOptions) {
    const url = new URL(options.url).href
    this.#transport = {
      url,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      authorization: new Authorization(url, options.token, options.dpop),
    }
    this.#headers = options.headers ?? {}
    this.#limits = {
      retry: { ...DEFAULT_RETRY, ...options.retry },
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      attemptTimeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
    }
  }

  /** Runs a query; rejects with a `KycGraphError` where any field fails, whose `data` holds the others. */
  async query<Data, Variables>(
    document: OperationText<Data, Variables>,
    ...[variables, options = {}]: Rest<Variables, CallOptions>
  ): Promise<Data> {
    return this.#data(await this.#run(readOperation(document), variables as Values, options)) as Data
  }

  /**
   * Runs a mutation under an idempotency key. Rejects with a `KycGraphError`; it is an `OutcomeUnknownError` where it is
   * not known whether the write was carried out.
   */
  mutate<Data, Variables>(
    document: OperationText<Data, Variables>,
    ...[variables, options = {}]: Rest<Variables, MutationOptions>
  ): Mutated<Data> {
    const operation = readOperation(document)
    const keyed = withIdempotencyKey(operation, (variables ?? {}) as Values, options.idempotencyKey)
    const data = this.#run(operation, keyed.variables, options, keyed.idempotencyKey).then((outcome) =>
      this.#data(outcome),
    ) as Promise<Data>
    return Object.assign(data, { idempotencyKey: keyed.idempotencyKey })
  }

  /** Runs a query and answers data and errors beside each other; rejects where there is no data at all. */
  async execute<Data, Variables>(
    document: OperationText<Data, Variables>,
    ...[variables, options = {}]: Rest<Variables, CallOptions>
  ): Promise<Result<Data>> {
    const { result } = await this.#run(readOperation(document), variables as Values, options)
    return result as Result<Data>
  }

  /** Yields the rows of a list over all its pages. The document passes `$after` to the list that `select` picks. */
  nodes<Data, Variables, Node>(
    document: OperationText<Data, Variables>,
    variables: Variables,
    select: (data: Data) => Connection<Node> | null | undefined,
    options: CallOptions = {},
  ): AsyncGenerator<Node, void> {
    const operation = readOperation(document)
    return rowsOf(async (after) => {
      const values = { ...(variables as Values), ...(after !== undefined && { after }) }
      return select(this.#data(await this.#run(operation, values, options)) as Data)
    })
  }

  /** Yields each state that the server sends, over reconnections, until it completes the subscription. */
  async *subscribe<Data, Variables>(
    document: OperationText<Data, Variables>,
    ...[variables, options = {}]: Rest<Variables, Pick<CallOptions, 'signal' | 'headers'>>
  ): AsyncGenerator<Data, void> {
    try {
      yield* this.#states(
        readOperation(document),
        variables as Values,
        options,
        endless(options.signal),
      ) as AsyncGenerator<Data>
    } catch (error) {
      throw error instanceof NoStream ? error.failure : reasonOf(error)
    }
  }

  /**
   * Waits for the outcome of a pending record, such as `verificationResult(id)`: a query's text is sent as a subscription,
   * and where the server answers that with no stream, the query is repeated from `nextPollAt` on. A document that is a
   * subscription is read until the server completes it, or `until` says so. Rejects with `TIMEOUT`, whose `data` is the
   * last state, when `timeoutMs` is over.
   */
  waitFor<Data extends object, Variables>(
    document: OperationText<Data, Variables>,
    ...[variables, options = {}]: Rest<Variables, WaitOptions<Data>>
  ): Promise<Data> {
    const operation = readOperation(document)
    const { until, onState, timeoutMs = WAIT_MS, ...rest } = options
    const values = variables as Values
    return limited(endless(rest.signal), timeoutMs, (signal) => {
      const poll = async (): Promise<Polled> => {
        const outcome = await this.#call(operation, values, { ...rest, signal })
        return { serverTime: outcome.serverTime, data: this.#data(outcome) as Data }
      }
      return waitFor<Data>(
        {
          stream: this.#withoutStream.has(operation.text)
            ? undefined
            : () => this.#states(asSubscription(operation), values, rest, signal),
          onNoStream: () => void this.#withoutStream.add(operation.text),
          poll: operation.kind === 'query' ? poll : undefined,
        },
        { until, onState, signal },
      )
    })
  }

  async *#states(
    operation: Operation,
    variables: Values = {},
    { headers }: Pick<CallOptions, 'headers'>,
    signal: AbortSignal,
  ): AsyncGenerator<object> {
    const request = { operation, variables, headers: { ...this.#headers, ...headers }, signal }
    for await (const { data } of new Subscription(this.#transport, request, this.#limits.retry).results())
      if (data !== null) yield data as object
  }

  async #run(operation: Operation, variables: Values, options: CallOptions, key?: string): Promise<CallOutcome> {
    try {
      return await this.#call(operation, variables, options, key)
    } catch (error) {
      throw reasonOf(error)
    }
  }

  async #call(operation: Operation, variables: Values = {}, options: CallOptions, key?: string): Promise<CallOutcome> {
    if (operation.kind !== (key === undefined ? 'query' : 'mutation'))
      throw new TypeError(`A ${operation.kind} is not run like this: see query(), mutate() and subscribe().`)
    const { signal, headers, timeoutMs = this.#limits.timeoutMs } = options
    const request = { operation, variables, headers: { ...this.#headers, ...headers }, signal: endless(signal) }
    return new Call(this.#transport, request, { ...this.#limits, timeoutMs }, key).run()
  }

  #data({ result, failure }: CallOutcome): unknown {
    if (failure !== undefined) throw failure
    return result.data
  }
}

function asSubscription(operation: Operation): Operation {
  if (operation.kind === 'mutation' || operation.name === undefined)
    throw new TypeError('What is waited for is read by a query or a subscription with a name.')
  return { ...operation, kind: 'subscription', text: operation.text.replace(HEAD_OF_QUERY, '$1subscription') }
}

const endless = (signal: AbortSignal | undefined): AbortSignal => signal ?? new AbortController().signal
