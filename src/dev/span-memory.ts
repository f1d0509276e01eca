import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { TraceContext } from '../../datasources/contract/trace.js'

/** A span with its ancestors, from the nearest on. */
export interface Descendant {
  readonly span: ReadableSpan
  readonly ancestors: readonly ReadableSpan[]
}

/** Traces that are kept. */
const MAX_TRACES = 100

/** Span memory: the finished spans of the last traces. */
export class SpanMemory implements SpanProcessor {
  readonly #byTrace = new Map<string, ReadableSpan[]>()

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    const { traceId } = span.spanContext()
    const spans = this.#byTrace.get(traceId)
    if (spans !== undefined) return void spans.push(span)
    this.#byTrace.set(traceId, [span])
    if (this.#byTrace.size > MAX_TRACES) this.#byTrace.delete(this.#byTrace.keys().next().value!)
  }

  /** The finished spans below another one. */
  below({ traceId, spanId }: TraceContext): Descendant[] {
    const byId = new Map(this.#byTrace.get(traceId)?.map((span) => [span.spanContext().spanId, span]))
    return [...byId.values()].flatMap((span) => {
      const ancestors: ReadableSpan[] = []
      let parent = span.parentSpanContext?.spanId
      while (parent !== undefined && parent !== spanId) {
        const next = byId.get(parent)
        if (next !== undefined) ancestors.push(next)
        parent = next?.parentSpanContext?.spanId
      }
      return parent === spanId ? [{ span, ancestors }] : []
    })
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }
}
