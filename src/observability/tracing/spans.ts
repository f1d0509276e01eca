import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type {
  OperationTrace,
  Span,
  SpanFacts,
  SpanKind,
  SpanOutcome,
  TraceContext,
} from '../../../datasources/contract/trace.js'
import type { OperationEnd } from '../operation-end.js'
import { SelfTime } from '../self-time.js'
import { operationShown, outcomeAttributes, shown } from './attributes.js'

/** The position of a span, with the `tracestate` of the caller. */
export function contextOf(span: OtelSpan): TraceContext {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  return { traceId, spanId, traceFlags, state: traceState?.serialize() }
}

const linksTo = (traces: readonly OperationTrace[]): Link[] =>
  traces.flatMap(({ context }) =>
    context === undefined
      ? []
      : [{ context: { traceId: context.traceId, spanId: context.spanId, traceFlags: context.traceFlags } }],
  )

/** A span of OpenTelemetry, as the operation's parts see it. */
class TraceSpan implements Span {
  readonly context: TraceContext
  readonly #tracer: Tracer
  readonly #span: OtelSpan
  readonly #time: SelfTime
  #parent: Context | undefined

  constructor(tracer: Tracer, span: OtelSpan, time: SelfTime) {
    this.#tracer = tracer
    this.#span = span
    this.#time = time
    this.context = contextOf(span)
  }

  beginWait(): void {
    this.#time.beginWait()
  }

  endWait(): void {
    this.#time.endWait()
  }

  countCall(): void {
    this.#time.countCall()
  }

  begin<Kind extends SpanKind>(kind: Kind, facts: SpanFacts[Kind], links: readonly OperationTrace[] = []): Span {
    const { name, ...options } = shown(kind, facts)
    this.#parent ??= trace.setSpan(ROOT_CONTEXT, this.#span)
    const span = this.#tracer.startSpan(name, { ...options, links: linksTo(links) }, this.#parent)
    return new TraceSpan(this.#tracer, span, this.#time)
  }

  end(outcome: SpanOutcome = {}): void {
    const { attributes, failed } = outcomeAttributes(outcome)
    this.#span.setAttributes(attributes)
    if (failed) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    this.#span.end()
  }
}

/** Self time of a sampled operation, with its spans. */
export class TracedTime extends SelfTime {
  readonly #span: OtelSpan
  readonly #root: TraceSpan

  constructor(tracer: Tracer, span: OtelSpan) {
    super(contextOf(span))
    this.#span = span
    this.#root = new TraceSpan(tracer, span, this)
  }

  override begin<Kind extends SpanKind>(kind: Kind, facts: SpanFacts[Kind], links?: readonly OperationTrace[]): Span {
    return this.#root.begin(kind, facts, links)
  }

  override finish(end: OperationEnd): void {
    const { name, attributes } = operationShown(end)
    this.#span.updateName(name)
    this.#span.setAttributes(attributes)
    if (end.codes.length > 0) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    this.#span.end()
  }
}
