import type { Log } from './log.js'
import type { Metrics } from './metrics.js'

/** What every operation, or every write with an idempotency key, needs. */
export const DEPENDENCIES = ['store', 'audit', 'issuer'] as const
export type DependencyName = (typeof DEPENDENCIES)[number]

/** The state of a dependency that fails. */
interface Trouble {
  /** The class of the cause (`errorClass`). */
  readonly cause: string
  /** True while the server does without it, such as with keys of the issuer that were read before. */
  readonly isUsable: boolean
}

/**
 * The state of each dependency: usable, or the class of the cause of its failure (`errorClass`). A change is told once:
 * one line in the log, the metrics `kyc_ready` and `kyc_dependency_changes_total`, and `/ready`.
 */
export class Dependencies {
  readonly #troubles = new Map<DependencyName, Trouble | undefined>()
  readonly #log: Log
  readonly #metrics: Pick<Metrics, 'depended'>

  constructor(log: Log, metrics: Pick<Metrics, 'depended'>) {
    this.#log = log
    this.#metrics = metrics
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
    if (trouble?.isUsable) this.#log.warn({ dependency, cause }, 'dependency fails and is not needed yet')
    else if (trouble) this.#log.warn({ dependency, cause }, 'dependency is not usable')
    else if (before) this.#log.warn({ dependency }, 'dependency is usable again')
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
