import { createHash } from 'node:crypto'
import { OperationTypeNode } from 'graphql'
import type { WatchedType } from '../../datasources/contract/state-change.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Observed } from '../../resolvers/context.js'
import { formatError } from '../graphql/format-error.js'
import type { KnownOperation } from '../graphql/operation-runner.js'
import type { GraphQLResponse } from '../graphql/pipeline.js'
import type { GraphQLResult } from '../graphql/plugin.js'
import { mayPass, retryMs } from './failures.js'
import { ObservedRun } from './observed-run.js'
import type { Change, Watch, Watcher } from './watched-objects.js'

/** Why a stream has ended. */
export type EndReason = 'completed' | 'refused' | 'client' | 'token' | 'lifetime' | 'restart' | 'slow_reader'

/** Thrown to the transport of a stream whose client is to open it again. */
export class Reconnect extends Error {}

/** How a stream executes its operation, and what it waits for. */
export interface StreamWorker {
  /** Executes the operation that opens the stream. */
  readonly begin: (run: ObservedRun) => Promise<GraphQLResponse>
  /** Executes it again for another event; rejects with the `ApiError` that refuses it before it runs. */
  readonly again: (operation: KnownOperation, run: ObservedRun) => Promise<GraphQLResponse>
  /** Listens for changes of an object; the stream reads the first one itself. */
  readonly watch: (type: WatchedType, id: string, isReader: boolean) => Watch
  /** Resolves when the client takes more; undefined where it does. */
  readonly writable?: (() => Promise<void> | undefined) | undefined
  /** Told each event that is handed to the transport, with the time of its change, in ms since 1970. */
  readonly sent: (changedAt: number | undefined) => void
  readonly ended: (stream: Stream, reason: EndReason) => void
}

/** How long after the event of a final state an object is read again that does not show it yet. */
const RECHECK_MS = 1_000

/** The same for two results that say the same, apart from their cost and their ids. */
function digestOf({ data, errors = [] }: GraphQLResult): string {
  const failures = errors.map(({ message, path, extensions }) => [extensions?.['code'], path, message])
  return createHash('sha256')
    .update(JSON.stringify([data, failures]))
    .digest('base64')
}

/** A result without data is one of an operation that was refused; an event has data, or null. */
const asEvent = ({ data = null, ...rest }: GraphQLResult): GraphQLResult => ({ ...rest, data })

/**
 * One subscription: its results are the state of an object as it stands, and then each change. Nothing is queued: after a
 * change the object is read anew, so a client that reads slowly gets the latest state.
 */
export class Stream implements AsyncIterableIterator<GraphQLResult>, Watcher {
  events = 0
  readonly #worker: StreamWorker
  #operation: KnownOperation | undefined
  #watches: Watch[] = []
  /** The state of the object as it was read last. */
  #observed: Observed | null | undefined
  #digest: string | undefined
  #pending: GraphQLResult | undefined
  #change: Change | undefined
  /** When the change was recorded that the last execution was for. */
  #changedAt: number | undefined
  #isDue = false
  #isComplete = false
  #reason: EndReason | undefined
  #wake: (() => void) | undefined
  #retry: NodeJS.Timeout | undefined
  #failures = 0

  constructor(worker: StreamWorker) {
    this.#worker = worker
  }

  /** The name of the root field, where the operation is a subscription. */
  get field(): WatchedType | undefined {
    return this.#watches[0]?.object.type
  }

  get #isSubscription(): boolean {
    return this.#operation?.operation.operation === OperationTypeNode.SUBSCRIPTION
  }

  get hasEnded(): boolean {
    return this.#reason !== undefined
  }

  /** The operation; undefined until its document is valid. */
  get operation(): KnownOperation | undefined {
    return this.#operation
  }

  /** Executes the operation for the first time. The stream has ended where the response has no data. */
  async begin(): Promise<GraphQLResponse> {
    const run = this.#run(false)
    const response = await this.#worker.begin(run)
    if (response.result.data === undefined) {
      this.end('refused')
      return response
    }
    if (this.#reason !== undefined) return response
    this.#take(response.result, run)
    if (run.observed && !this.#isComplete) this.#watches[0]!.tell(run.observed)
    return response
  }

  changed(change: Change): void {
    this.#change = change
    this.#wake?.()
  }

  async poll(): Promise<Observed | null | undefined> {
    if (this.#reason !== undefined || this.#operation === undefined) return undefined
    const run = this.#run(true)
    try {
      await this.#worker.again(this.#operation, run)
    } catch (error) {
      this.#refused(error)
    }
    return run.observed
  }

  async next(): Promise<IteratorResult<GraphQLResult, undefined>> {
    const value = await this.#next()
    if (value === undefined) return { done: true, value }
    this.events += 1
    return { done: false, value }
  }

  return(): Promise<IteratorResult<GraphQLResult, undefined>> {
    this.end('client')
    return Promise.resolve({ done: true, value: undefined })
  }

  throw(): Promise<IteratorResult<GraphQLResult, undefined>> {
    return this.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Ends the stream; the first reason counts. */
  end(reason: EndReason): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    clearTimeout(this.#retry)
    for (const watch of this.#watches) watch.end()
    this.#worker.ended(this, reason)
    if (reason === 'token') this.#pending = { data: null, errors: [formatError(new ApiError('UNAUTHENTICATED'))] }
    else if (reason !== 'completed') this.#pending = undefined
    this.#wake?.()
  }

  async #next(): Promise<GraphQLResult | undefined> {
    for (;;) {
      if (this.#pending !== undefined) return this.#handOn(this.#pending)
      if (this.#isComplete) this.end('completed')
      if (this.#reason === 'restart' || this.#reason === 'lifetime') throw new Reconnect()
      if (this.#reason !== undefined) return undefined
      if (!this.#isNew()) await new Promise<void>((resolve) => (this.#wake = resolve))
      else {
        await this.#worker.writable?.()
        if (this.#reason === undefined) await this.#event()
      }
    }
  }

  #handOn(result: GraphQLResult): GraphQLResult {
    this.#pending = undefined
    this.#worker.sent(this.#changedAt)
    this.#changedAt = undefined
    return result
  }

  /** True where a change is told that the last result does not show, or the object is to be read again. */
  #isNew(): boolean {
    const change = this.#change
    if (this.#isDue || change === undefined) return this.#isDue
    const { state, progress } = this.#observed ?? {}
    const isKnown =
      change.type === this.field &&
      change.state === state &&
      (change.progress === undefined || change.progress === progress)
    if (isKnown) this.#change = undefined
    return !isKnown
  }

  /** Executes the operation for a change. */
  async #event(): Promise<void> {
    const change = this.#change
    this.#isDue = false
    this.#change = undefined
    const run = this.#run(false)
    let result: GraphQLResult
    try {
      result = (await this.#worker.again(this.#operation!, run)).result
    } catch (error) {
      const refusal = this.#refused(error)
      if (refusal === undefined) return
      result = refusal
    }
    if (this.#reason !== undefined) return
    this.#take(result, run)
    this.#changedAt = change?.at
    if (change?.isFinal && change.type === this.field && !this.#isComplete) this.#watches[0]!.pollIn(RECHECK_MS)
  }

  /** Takes the result of an execution: whether it is told, and what comes after it. */
  #take(result: GraphQLResult, run: ObservedRun): void {
    const { observed } = run
    const digest = digestOf(result)
    if (digest !== this.#digest) this.#pending = asEvent(result)
    this.#digest = digest
    if (observed !== undefined && this.#isSubscription) {
      this.#observed = observed
      this.#failures = 0
      this.#isComplete = observed === null || observed.isFinal
      if (observed) this.#watches[0]?.schedule(observed)
      return
    }
    const { errors = [] } = result
    this.#isComplete = !this.#isSubscription || !mayPass(errors)
    if (!this.#isComplete) this.#readAgain(retryMs(errors, this.#failures++))
  }

  #readAgain(ms: number): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#isDue = true
      this.#wake?.()
    }, ms)
  }

  /** The result of an event that was refused before it ran; undefined where the token has ended. */
  #refused(error: unknown): GraphQLResult | undefined {
    if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') return void this.end('token')
    return { data: null, errors: [formatError(error)] }
  }

  #run(isPoll: boolean): ObservedRun {
    return new ObservedRun({
      isPoll,
      watch: (type, id) => this.#watch(type, id),
      resolved: ({ context: _context, ...operation }) => void (this.#operation ??= operation),
    })
  }

  /** Watches an object for a subscription. Any other operation has one result, and a poll must not execute it again. */
  #watch(type: WatchedType, id: string): void {
    if (this.#reason !== undefined || !this.#isSubscription) return
    if (this.#watches.some(({ object }) => object.type === type && object.id === id)) return
    this.#watches.push(this.#worker.watch(type, id, this.#watches.length === 0))
  }
}
