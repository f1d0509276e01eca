import type { IncomingHttpHeaders } from 'node:http'
import type { SelfTime } from '../self-time.js'
import type { TraceDestination } from './settings.js'

/** Begins the trace of an operation: its stopwatch, with spans where the operation is sampled. */
export type BeginTrace = (headers: IncomingHttpHeaders, correlationId: string) => SelfTime

/** Tracing of the process. */
export interface Tracing {
  readonly begin: BeginTrace
  /** Uses the destination from now on; false where it is the present one. */
  readonly use: (destination: TraceDestination | undefined) => boolean
  /** Exports what is left, for a few seconds at most. */
  readonly close: () => Promise<void>
}

/** Told of the exports of spans. */
export interface ExportObserver {
  /** Exports begin to fail, with the class of the cause, or succeed again. */
  readonly changed: (cause: string | undefined) => void
  readonly lost: (spans: number) => void
}
