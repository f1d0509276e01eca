import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import type { StreamSettings } from './stream-limit-settings.js'

const RETRY_SECONDS = 5

const RETRY_AFTER = [['retry-after', String(RETRY_SECONDS)]] as const

const overloaded = (): ApiError =>
  withHttp(
    new ApiError('OVERLOADED', {
      message: 'This server has as many open streams as it can hold.',
      retryAfterSeconds: RETRY_SECONDS,
      refusal: 'streams',
    }),
    503,
    RETRY_AFTER,
  )

const tooMany = (owner: 'client' | 'user', max: number): ApiError =>
  withHttp(
    new ApiError('RATE_LIMITED', {
      message: `A ${owner} may have ${max} streams open at once.`,
      retryAfterSeconds: RETRY_SECONDS,
      refusal: `streams_${owner}`,
    }),
    429,
    RETRY_AFTER,
  )

/** A level at which streams are counted. */
interface Level {
  readonly key: string
  readonly max: number
  readonly refusal: () => ApiError
}

/** Counts what one process, client and user have open at once: streams, or WebSockets. */
export class StreamLimits {
  readonly #settings: StreamSettings
  readonly #counts = new Map<string, number>()

  constructor(settings: StreamSettings) {
    this.#settings = settings
  }

  /** Counts one of a caller; returns the end of it. Throws `OVERLOADED` or `RATE_LIMITED`. */
  open(caller: Caller): () => void {
    const levels = this.#levelsOf(caller)
    for (const { key, max, refusal } of levels) if ((this.#counts.get(key) ?? 0) >= max) throw refusal()
    for (const { key } of levels) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      for (const { key } of levels) this.#leave(key)
    }
  }

  #levelsOf({ tenant, client, subject }: Caller): readonly Level[] {
    const { max, maxPerClient, maxPerUser } = this.#settings
    const ofClient = JSON.stringify([tenant, client])
    const ofUser = JSON.stringify([tenant, client, subject])
    return [
      { key: '', max, refusal: overloaded },
      { key: ofClient, max: maxPerClient, refusal: () => tooMany('client', maxPerClient) },
      ...(subject === client ? [] : [{ key: ofUser, max: maxPerUser, refusal: () => tooMany('user', maxPerUser) }]),
    ]
  }

  #leave(key: string): void {
    const left = this.#counts.get(key)! - 1
    if (left === 0) this.#counts.delete(key)
    else this.#counts.set(key, left)
  }
}
