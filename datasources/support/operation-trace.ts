import { ApiError } from '../contract/errors.js'
import type { Store } from '../contract/store.js'
import type { OperationTrace, Span, SpanFacts, SpanKind, SpanOutcome } from '../contract/trace.js'

/** The headers by which a callee continues the trace (W3C Trace Context); undefined where there is none. */
export function traceHeaders(trace: OperationTrace | undefined): Readonly<Record<string, string>> | undefined {
  if (trace?.context === undefined) return undefined
  const { traceId, spanId, traceFlags, state } = trace.context
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
  return state === undefined ? { traceparent } : { traceparent, tracestate: state }
}

/** Runs a task and records its duration as a wait. */
export async function traceWait<T>(trace: OperationTrace | undefined, task: () => Promise<T>): Promise<T> {
  if (trace === undefined) return task()
  trace.beginWait()
  try {
    return await task()
  } finally {
    trace.endWait()
  }
}

/** The code with which an error ends a span. */
const errorCodeOf = (error: unknown): string => (error instanceof ApiError ? error.code : 'INTERNAL_SERVER_ERROR')

/** Runs a task under a span, and ends the span with it. */
export async function runInSpan<T>(
  span: Span,
  task: (span: Span) => Promise<T>,
  outcomeOf?: (value: T) => SpanOutcome,
): Promise<T> {
  try {
    const value = await task(span)
    span.end(outcomeOf?.(value))
    return value
  } catch (error) {
    span.end({ code: errorCodeOf(error) })
    throw error
  }
}

/** Runs a task under a span of its own where the operation is sampled, else as it is. The task gets the trace for what it does. */
export function inSpan<Kind extends SpanKind, T>(
  trace: OperationTrace | undefined,
  kind: Kind,
  facts: SpanFacts[Kind],
  task: (trace: OperationTrace | undefined) => Promise<T>,
): Promise<T> {
  return trace?.begin === undefined ? task(trace) : runInSpan(trace.begin(kind, facts), task)
}

/** A store that records the waits of one operation, and its spans where it is sampled. */
export function tracedStore(store: Store, trace: OperationTrace | undefined): Store {
  if (trace === undefined) return store
  if (trace.begin !== undefined) return sampledStore(store, trace)
  return {
    ...store,
    get: (key) => traceWait(trace, () => store.get<never>(key)),
    set: (...args) => traceWait(trace, () => store.set(...args)),
    update: (...args) => traceWait(trace, () => store.update(...args)),
    updateWrite: (...args) => traceWait(trace, () => store.updateWrite(...args)),
  }
}

function sampledStore(store: Store, trace: OperationTrace): Store {
  /** A step, with the store whose commands are recorded below it. */
  const step = <T>(
    action: SpanFacts['store']['action'],
    task: (store: Store) => Promise<T>,
    outcomeOf?: (value: T) => SpanOutcome,
  ): Promise<T> =>
    runInSpan(
      trace.begin!('store', { action }),
      (span) => traceWait(trace, () => task(store.traced?.(span) ?? store)),
      outcomeOf,
    )
  return {
    ...store,
    get: (key) =>
      step(
        'get',
        (traced) => traced.get<never>(key),
        (value) => ({ isFound: value !== null }),
      ),
    set: (...args) => step('set', (traced) => traced.set(...args)),
    update: (...args) => step('update', (traced) => traced.update(...args)),
    updateWrite: (...args) => step(args[3]?.isClaim ? 'claim' : 'settle', (traced) => traced.updateWrite(...args)),
  }
}
