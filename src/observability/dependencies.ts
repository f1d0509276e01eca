import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.js'
import type { Metrics } from './metrics.js'

/** What every operation, or every write with an idempotency key, needs. */
export const DEPENDENCIES = ['store', 'audit', 'issuer'] as const
export type DependencyName = (typeof DEPENDENCIES)[number]

/** The cause where a dependency has not been reached yet. */
const CONNECTING = 'CONNECTING'

/**
 * The state of each dependency: usable, or the class of the cause that makes it unusable (`errorClass`). A change is
 * told once: one line in the log, the metrics `kyc_ready` and `kyc_dependency_changes_total`, and the reasons of `/ready`.
 * Until its first report a dependency counts as not usable.
 */
export class Dependencies {
  readonly #causes = new Map<DependencyName, string | undefined>(DEPENDENCIES.map((name) => [name, CONNECTING]))
  readonly #listeners: (() => void)[] = []
  readonly #log: Log
  readonly #metrics: Pick<Metrics, 'awaited' | 'depended'>

  constructor(log: Log, metrics: Pick<Metrics, 'awaited' | 'depended'>) {
    this.#log = log
    this.#metrics = metrics
    for (const name of DEPENDENCIES) metrics.awaited(name)
  }

  /** Reports the present state of a dependency; undefined: it is usable. */
  report(dependency: DependencyName, cause: string | undefined): void {
    const before = this.#causes.get(dependency)
    if (before === cause) return
    this.#causes.set(dependency, cause)
    this.#metrics.depended(dependency, cause)
    if (cause !== undefined) this.#log.warn({ dependency, cause }, 'dependency is not usable')
    else if (before !== CONNECTING) this.#log.warn({ dependency }, 'dependency is usable again')
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
    const entries = [...this.#causes].filter((entry): entry is [DependencyName, string] => entry[1] !== undefined)
    return Object.fromEntries(entries)
  }
}
