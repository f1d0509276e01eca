import type { WatchedType } from '../../datasources/contract/state-change.js'
import type { Observed } from '../../resolvers/context.js'
import type { OperationObserver, ResolvedOperation } from '../graphql/plugin.js'

/** What the executions of a stream tell it. */
interface RunOptions {
  readonly isPoll: boolean
  readonly watch: (type: WatchedType, id: string) => void
  readonly resolved: (operation: ResolvedOperation) => void
}

/** One execution for a stream, and what it told of the object. */
export class ObservedRun implements OperationObserver {
  readonly isPoll: boolean
  readonly watch: OperationObserver['watch']
  readonly resolved: OperationObserver['resolved']
  /** Null where there is no such object; undefined where it was not read. */
  observed: Observed | null | undefined

  constructor({ isPoll, watch, resolved }: RunOptions) {
    this.isPoll = isPoll
    this.watch = watch
    this.resolved = resolved
  }

  readonly observe = (observed: Observed | null): void => void (this.observed = observed)
}
