import type { Log } from './log.js'
import type { Metrics } from './metrics.js'

/** What every operation, or every write with an idempotency key, needs. */
export const DEPENDENCIES = ['store', 'audit', 'issuer'] as const
export type DependencyName = (typeof DEPENDENCIES)[number]

/**
 * The state of each dependency: usable, or the class of the cause that makes it unusable (`errorClass`). A change is
 * told once: one line in the log, the metrics `kyc_ready` and `kyc_dependency_changes_total`, and the reasons of `/ready`.
 */
export class Dependencies {
  readonly #causes = new Map<DependencyName, string | undefined>()
  readonly #log: Log
  readonly #metrics: Pick<Metrics, 'depended'>

  constructor(log: Log, metrics: Pick<Metrics, 'depended'>) {
    this.#log = log
    this.#metrics = metrics
  }

  /** Reports the present state of a dependency; undefined: it is usable. */
  report(dependency: DependencyName, cause: string | undefined): void {
    const isKnown = this.#causes.has(dependency)
    const before = this.#causes.get(dependency)
    if (isKnown && before === cause) return
    this.#causes.set(dependency, cause)
    this.#metrics.depended(dependency, cause)
    if (cause !== undefined) this.#log.warn({ dependency, cause }, 'dependency is not usable')
    else if (before !== undefined) this.#log.warn({ dependency }, 'dependency is usable again')
  }

  /** The dependencies that are not usable, with the class of the cause. */
  get unusable(): Partial<Record<DependencyName, string>> {
    const entries = [...this.#causes].filter((entry): entry is [DependencyName, string] => entry[1] !== undefined)
    return Object.fromEntries(entries)
  }
}
