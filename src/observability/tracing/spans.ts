import {
  type Attributes,
  createTraceState,
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind as OtelKind,
  SpanStatusCode,
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { IdGenerator, ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type {
  OperationTrace,
  Span,
  SpanFacts,
  SpanKind,
  SpanOutcome,
  TraceContext,
} from '../../../datasources/contract/trace.js'
import type { OperationEnd } from '../operation-end.js'
import { type OperationSpans, SelfTime } from '../self-time.js'
import { addOutcome, operationShown, type Shown, shown } from './attributes.js'

/** What the spans of a process have in common. */
interface SpanFamily {
  readonly resource: Resource
  readonly scope: ReadableSpan['instrumentationScope']
  readonly ids: IdGenerator
  readonly processors: readonly Pick<SpanProcessor, 'onEnd'>[]
}

/** The caller's span, above that of the operation. */
interface Remote {
  readonly context: TraceContext
  readonly isRemote: true
}

/** A limit of OpenTelemetry for a span. */
const MAX_LINKS = 128
const UNSET = { code: SpanStatusCode.UNSET }
const FAILED = { code: SpanStatusCode.ERROR }

const spanContextOf = ({ traceId, spanId, traceFlags, state }: TraceContext, isRemote = false): SpanContext => ({
  traceId,
  spanId,
  traceFlags,
  isRemote,
  ...(state !== undefined && { traceState: createTraceState(state) }),
})

/** Seconds and nanoseconds of a time in milliseconds. */
const hrTimeOf = (ms: number): HrTime => [Math.floor(ms / 1e3), Math.floor((ms % 1e3) * 1e6)]

const contextsOf = (traces: readonly OperationTrace[] | undefined): readonly TraceContext[] | undefined =>
  traces === undefined || traces.length === 0 ? undefined : traces.flatMap(({ context }) => context ?? [])

/**
 * A span as it is recorded: little more than its name, its attributes and two times. What an exporter reads besides is
 * made when it reads, because most of the cost of a trace is that of its objects.
 */
class RecordedSpan implements Span, ReadableSpan {
  readonly events = []
  readonly droppedAttributesCount = 0
  readonly droppedEventsCount = 0
  readonly context: TraceContext
  name: string
  readonly kind: OtelKind
  readonly attributes: Attributes
  readonly #operation: RecordedSpans
  readonly #parent: RecordedSpan | Remote | undefined
  readonly #links: readonly TraceContext[] | undefined
  readonly #startedAt = performance.now()
  #endedAt: number | undefined
  #hasFailed = false

  constructor(
    operation: RecordedSpans,
    context: TraceContext,
    { name, kind, attributes }: Shown,
    parent: RecordedSpan | Remote | undefined,
    links?: readonly TraceContext[],
  ) {
    this.#operation = operation
    this.context = context
    this.name = name
    this.kind = kind ?? OtelKind.INTERNAL
    this.attributes = attributes
    this.#parent = parent
    this.#links = links
  }

  beginWait(): void {
    this.#operation.time.beginWait()
  }

  endWait(): void {
    this.#operation.time.endWait()
  }

  countCall(): void {
    this.#operation.time.countCall()
  }

  begin<Kind extends SpanKind>(kind: Kind, facts: SpanFacts[Kind], links?: readonly OperationTrace[]): Span {
    const { traceId, traceFlags, state } = this.context
    const context = { traceId, spanId: this.#operation.family.ids.generateSpanId(), traceFlags, state }
    return new RecordedSpan(this.#operation, context, shown(kind, facts), this, contextsOf(links))
  }

  end(outcome?: SpanOutcome): void {
    if (outcome !== undefined) this.#hasFailed = addOutcome(this.attributes, outcome)
    this.close()
  }

  /** Ends the span of the operation, which is known by its end alone. */
  finish(end: OperationEnd): void {
    const { name, attributes } = operationShown(end)
    this.name = name
    Object.assign(this.attributes, attributes)
    this.#hasFailed = end.codes.length > 0
    this.close()
  }

  private close(): void {
    if (this.ended) return
    this.#endedAt = performance.now()
    for (const processor of this.#operation.family.processors) processor.onEnd(this)
  }

  get ended(): boolean {
    return this.#endedAt !== undefined
  }

  get resource(): Resource {
    return this.#operation.family.resource
  }

  get instrumentationScope(): ReadableSpan['instrumentationScope'] {
    return this.#operation.family.scope
  }

  get startTime(): HrTime {
    return hrTimeOf(this.#operation.epochMs + this.#startedAt)
  }

  get endTime(): HrTime {
    return hrTimeOf(this.#operation.epochMs + (this.#endedAt ?? this.#startedAt))
  }

  get duration(): HrTime {
    return hrTimeOf((this.#endedAt ?? this.#startedAt) - this.#startedAt)
  }

  get status(): { code: SpanStatusCode } {
    return this.#hasFailed ? FAILED : UNSET
  }

  get links(): Link[] {
    return (this.#links ?? []).slice(0, MAX_LINKS).map(({ traceId, spanId, traceFlags }) => ({
      context: { traceId, spanId, traceFlags },
    }))
  }

  get droppedLinksCount(): number {
    return Math.max(0, (this.#links?.length ?? 0) - MAX_LINKS)
  }

  get parentSpanContext(): SpanContext | undefined {
    const parent = this.#parent
    return parent && spanContextOf(parent.context, parent instanceof RecordedSpan ? undefined : parent.isRemote)
  }

  spanContext(): SpanContext {
    return spanContextOf(this.context)
  }
}

/** The spans of a sampled operation, below one of its own. */
class RecordedSpans implements OperationSpans {
  readonly family: SpanFamily
  /** What the clock of the process is behind that of the world when the operation begins, in milliseconds: one for all its spans. */
  readonly epochMs = Date.now() - performance.now()
  readonly time: SelfTime
  readonly #root: RecordedSpan

  /** `caller`: the span that asked for the operation. */
  constructor(family: SpanFamily, context: TraceContext, caller: TraceContext | undefined) {
    this.family = family
    const kind = OtelKind.SERVER
    const parent = caller && ({ context: caller, isRemote: true } as const)
    this.#root = new RecordedSpan(this, context, { name: 'operation', kind, attributes: {} }, parent)
    this.time = new SelfTime(context, this)
  }

  readonly begin: OperationSpans['begin'] = (kind, facts, links) => this.#root.begin(kind, facts, links)

  readonly finish: OperationSpans['finish'] = (end) => this.#root.finish(end)
}

/** Self time of a sampled operation. */
export const sampledTime = (family: SpanFamily, context: TraceContext, caller: TraceContext | undefined): SelfTime =>
  new RecordedSpans(family, context, caller).time
