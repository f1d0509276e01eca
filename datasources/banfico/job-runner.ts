import { setMaxListeners } from 'node:events'
import type { VerificationResult } from '../../schema/verification.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError, retryAfterOf } from '../contract/errors.js'
import { Bulkhead, type Claim } from '../http/bulkhead.js'
import { sleep } from '../http/retry.js'
import type { Verify } from './contract.js'
import { isLostAnswer } from './datasource.js'
import { JobRows } from './job-rows.js'
import { type JobStore, LEASE_MS, type OpenRow, type StoredJob, type StoredRow } from './job-store.js'

/** The part of the provider's permits that rows of jobs may hold: the others stay free for single checks. */
const PART_OF_PERMITS = 1 / 4
/** How often a row is tried that the provider certainly did not execute. */
const MAX_ATTEMPTS = 5
const MIN_PAUSE_SECONDS = 1
/** Of a pause that the provider did not ask for. */
const MAX_PAUSE_SECONDS = 60
/** How often the outcome of a row is offered to a store that is away, with longer and longer waits. */
const MAX_STORE_ATTEMPTS = 8
const MAX_STORE_WAIT_MS = 10_000
/** The greatest delay of a timer. */
const FOREVER_MS = 2 ** 31 - 1

/** The pause after an attempt that certainly had no effect: as long as the provider asks for, else twice as long each time. */
const pauseMs = (error: ApiError, attempts: number): number =>
  Math.max(MIN_PAUSE_SECONDS, retryAfterOf(error) ?? Math.min(MAX_PAUSE_SECONDS, 2 ** (attempts - 1))) * 1000

const isOf = (code: ApiError['code'], error: unknown): error is ApiError =>
  error instanceof ApiError && error.code === code

const statusOf = ({ extensions }: ApiError) => extensions['providerStatus'] as number | undefined

/**
 * True where the row was not executed, and a later attempt may succeed: Banfico limits the rate, or answers 503, or nothing
 * was sent. A 503 of a proxy whose connection broke after the request was sent cannot be told from that of Banfico.
 */
const isUnexecuted = (error: unknown): error is ApiError =>
  isOf('RATE_LIMITED', error) || (isOf('PROVIDER_UNAVAILABLE', error) && [undefined, 503].includes(statusOf(error)))

const outcomeUnknown = (): ApiError => new ApiError('OUTCOME_UNKNOWN', { provider: Label.BANFICO, title: 'Banfico' })

/** The error of a row: a lost answer may have been billed, so it is an unknown outcome. With a 408 the bank did not answer. */
function rowError(error: unknown): ApiError {
  if (!(error instanceof ApiError)) return outcomeUnknown()
  return isLostAnswer(error) && statusOf(error) !== 408 ? outcomeUnknown() : error
}

/** The attempts of a row that count. */
const attemptsOf = ({ attempts, excused = 0 }: OpenRow): number => attempts - excused

/** A row that was not executed. Its attempt does not count where the provider answered others meanwhile, unless it is a 503, which may be of its bank. */
const afterRefusal = (row: OpenRow, error: ApiError, wereOthersAnswered: boolean): OpenRow =>
  wereOthersAnswered && statusOf(error) !== 503 ? { ...row, excused: (row.excused ?? 0) + 1 } : row

/** A job as one process runs it. */
interface JobRun {
  readonly id: string
  readonly job: StoredJob
  readonly store: JobStore
  readonly ask: (verify: Verify, maxAgeSeconds: number | null) => Promise<VerificationResult>
  /** Tenant, client and user: the rows of jobs have fair shares. */
  readonly share: readonly string[]
  /** Called when no row waits any more. */
  readonly asked: () => Promise<void>
}

/** The rows of a job that this process takes over. Those that are asked lose their answers: the process that asked them has died. */
async function takenOver({ id, job, store }: JobRun): Promise<readonly (StoredRow | null)[]> {
  const rows = await store.rows(id, job.rows)
  return Promise.all(
    rows.map((row, index) =>
      row?.state === 'asked' ? store.giveUp(id, index, outcomeUnknown()) : Promise.resolve(row),
    ),
  )
}

/**
 * Runs the jobs of one process: a row at a time under its own permits, each asked at most once. A job belongs to the
 * process that has its lease; the next query of a job without one takes it over.
 */
export class JobRunner {
  readonly #permits: Bulkhead
  readonly #maxWorkers: number
  readonly #stopping = new AbortController()
  readonly #running = new Map<string, Promise<void>>()

  constructor(maxConcurrency: number) {
    this.#maxWorkers = Math.max(1, Math.floor(maxConcurrency * PART_OF_PERMITS))
    this.#permits = new Bulkhead(this.#maxWorkers, Infinity)
  }

  /** Runs a job in the background, unless a process runs it already. */
  start(run: JobRun): void {
    const { id } = run
    if (this.#stopping.signal.aborted || this.#running.has(id)) return
    // A store that is away, or that is not trusted, ends the run; a later query begins another.
    const ended = this.#run(run)
      .catch(() => undefined)
      .finally(() => this.#running.delete(id))
    this.#running.set(id, ended)
  }

  /** Begins no further row, and resolves when the rows that are asked have their outcomes. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running.values())
  }

  async #run(run: JobRun): Promise<void> {
    const { id, store } = run
    const lease = await store.lease(id)
    if (lease === undefined) return
    const end = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, end.signal])
    const heartbeat = setInterval(() => {
      store.renew(id, lease).then(
        (isKept) => isKept || end.abort(),
        () => undefined,
      )
    }, LEASE_MS / 3)
    heartbeat.unref()
    try {
      await this.#askAll(run, new JobRows(await takenOver(run)), signal)
      if (!signal.aborted) await run.asked()
    } finally {
      clearInterval(heartbeat)
      end.abort()
      await store.release(id, lease).catch(() => undefined)
    }
  }

  /** Asks the rows; rejects when a worker cannot go on, after the others have stopped too. */
  async #askAll(run: JobRun, rows: JobRows, signal: AbortSignal): Promise<void> {
    const failed = new AbortController()
    const either = AbortSignal.any([signal, failed.signal])
    // Each worker listens while it waits.
    setMaxListeners(0, either)
    either.addEventListener('abort', () => rows.wake(), { once: true })
    const work = async () => {
      try {
        await this.#work(run, rows, either)
      } catch (error) {
        failed.abort()
        throw error
      }
    }
    const workers = Math.min(this.#maxWorkers, rows.size)
    const ended = await Promise.allSettled(Array.from({ length: workers }, work))
    for (const worker of ended) if (worker.status === 'rejected') throw worker.reason
  }

  async #work(run: JobRun, rows: JobRows, signal: AbortSignal): Promise<void> {
    const claim: Claim = { share: run.share, isWrite: false }
    while (await rows.ready(signal)) {
      if ((await this.#permits.acquire({ signal, timeoutMs: FOREVER_MS }, claim)) !== 'acquired') return
      try {
        // A pause may have begun during the wait for the permit.
        const index = rows.take()
        if (index !== undefined) await this.#askRow(run, rows, index).finally(() => rows.end(index))
      } finally {
        this.#permits.release(claim)
      }
    }
  }

  async #askRow({ id, job, store, ask }: JobRun, rows: JobRows, index: number): Promise<void> {
    const row = await store.claim(id, index)
    if (row === undefined) return
    const outcome = await ask(row.verify, job.maxAgeSeconds).catch((error: unknown) => ({ error }))
    if (!('error' in outcome)) {
      rows.answered(index)
      return this.#untilStored(() => store.answer(id, index, outcome))
    }
    if (isUnexecuted(outcome.error)) {
      const refused = afterRefusal(row, outcome.error, rows.wereOthersAnswered(index))
      rows.pause(pauseMs(outcome.error, attemptsOf(refused)), outcome.error.code === 'RATE_LIMITED')
      if (attemptsOf(refused) < MAX_ATTEMPTS) {
        await this.#untilStored(() => store.putBack(id, index, refused))
        return rows.putBack(index)
      }
    }
    const error = rowError(outcome.error)
    return this.#untilStored(() => store.fail(id, index, error))
  }

  /** An outcome that was paid for is offered to the store until it takes it. */
  async #untilStored(change: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await change()
      } catch (error) {
        if (attempt >= MAX_STORE_ATTEMPTS || !isOf('STORE_UNAVAILABLE', error)) throw error
        await sleep(Math.min(MAX_STORE_WAIT_MS, 2 ** attempt * 250), this.#stopping.signal)
      }
    }
  }
}
