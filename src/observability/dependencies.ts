import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.js'
import type { Metrics } from './metrics/all-metrics.js'
import { ToldCauses } from './told-causes.js'

/** What every operation, or every write with an idempotency key, needs. `issuer` is the first; the others are named by their place. */
const DEPENDENCIES = ['store', 'audit', 'issuer'] as const
export type DependencyName = (typeof DEPENDENCIES)[number] | `issuer ${number}` | 'introspection'

/** The state of a dependency that fails. */
interface Trouble {
  /** The class of the cause (`errorClass`). */
  readonly cause: string
  /** True while the server does without it, such as with keys of the issuer that were read before. */
  readonly isUsable: boolean
}

/** The state of a dependency that has not been reached yet. */
const CONNECTING: Trouble = { cause: 'CONNECTING', isUsable: false }

/**
 * The state of each dependency: usable, or the class of the cause of its failure (`errorClass`). A change is told by the
 * metrics `kyc_ready` and `kyc_dependency_changes_total`, by `/ready`, and by one line in the log for each cause of a
 * failure, however often it alternates with others. Until its first report a dependency counts as not usable.
 */
export class Dependencies {
  readonly #troubles: Map<DependencyName, Trouble | undefined>
  readonly #told = new Map<DependencyName, ToldCauses>()
  readonly #listeners: (() => void)[] = []
  readonly #log: Log
  readonly #metrics: Pick<Metrics, 'awaited' | 'depended' | 'forgotten'>

  constructor(
    log: Log,
    metrics: Pick<Metrics, 'awaited' | 'depended' | 'forgotten'>,
    names: readonly DependencyName[] = DEPENDENCIES,
  ) {
    this.#log = log
    this.#metrics = metrics
    this.#troubles = new Map(names.map((name) => [name, CONNECTING]))
    for (const name of names) metrics.awaited(name)
  }

  /**
   * Reports the present state of a dependency; without a cause it is usable. `isUsable`: it fails, and the server does
   * without it for a while.
   */
  report(dependency: DependencyName, cause: string | undefined, isUsable = false): void {
    const isKnown = this.#troubles.has(dependency)
    const before = this.#troubles.get(dependency)
    const trouble = cause === undefined ? undefined : { cause, isUsable }
    if (isKnown && before?.cause === cause && before?.isUsable === trouble?.isUsable) return
    this.#troubles.set(dependency, trouble)
    this.#metrics.depended(dependency, cause, trouble?.isUsable ?? true)
    this.#write(dependency, trouble, isKnown && before !== CONNECTING)
    for (const listener of this.#listeners) listener()
  }

  #write(dependency: DependencyName, trouble: Trouble | undefined, wasReported: boolean): void {
    const told = this.#told.get(dependency) ?? new ToldCauses()
    this.#told.set(dependency, told)
    if (trouble === undefined) {
      told.clear()
      if (wasReported) this.#log.warn({ dependency }, 'dependency is usable again')
      return
    }
    const { cause, isUsable } = trouble
    const message = isUsable ? 'dependency fails and is not needed yet' : 'dependency is not usable'
    if (told.isNew(`${cause} ${isUsable}`)) this.#log.warn({ dependency, cause }, message)
  }

  /** Forgets a dependency that the server has no more. */
  forget(dependency: DependencyName): void {
    if (!this.#troubles.delete(dependency)) return
    this.#told.delete(dependency)
    this.#metrics.forgotten(dependency)
    for (const listener of this.#listeners) listener()
  }

  /** Calls the listener after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Resolves when all dependencies are usable, or after this time. */
  async usable(timeoutMs: number): Promise<void> {
    const patience = new AbortController()
    const all = new Promise<void>((resolve) => {
      const look = () => Object.keys(this.unusable).length === 0 && resolve()
      this.onChange(look)
      look()
    })
    await Promise.race([all, delay(timeoutMs, undefined, { signal: patience.signal }).catch(() => undefined)])
    patience.abort()
  }

  /** The dependencies that are not usable, with the class of the cause. */
  get unusable(): Partial<Record<DependencyName, string>> {
    return this.#causes((trouble) => !trouble.isUsable)
  }

  /** The dependencies that fail, usable or not, with the class of the cause. */
  get failing(): Partial<Record<DependencyName, string>> {
    return this.#causes(() => true)
  }

  #causes(fits: (trouble: Trouble) => boolean): Partial<Record<DependencyName, string>> {
    const causes: Partial<Record<DependencyName, string>> = {}
    for (const [dependency, trouble] of this.#troubles) if (trouble && fits(trouble)) causes[dependency] = trouble.cause
    return causes
  }
}
