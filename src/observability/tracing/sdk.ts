import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Context, createTraceState, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  TracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { TraceContext } from '../../../datasources/contract/trace.js'
import { VERSION } from '../../../datasources/http/user-agent.js'
import { SelfTime } from '../self-time.js'
import { traceContextOf } from '../trace-context.js'
import type { BeginTrace, ExportObserver, Tracing } from './contract.js'
import type { TraceDestination, TraceSettings } from './settings.js'
import { contextOf, TracedTime } from './spans.js'
import { WatchedExporter } from './watched-exporter.js'

/** How long a stopping process tries to export what is left. */
const MAX_CLOSE_MS = 3_000
/** A UUID, or a trace id. */
const ID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/

/** Random ids, and for the next trace one that is given: an operation and its trace have one id where no caller names either. */
class TraceIds implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  next: string | undefined

  readonly generateTraceId = (): string => {
    const { next } = this
    this.next = undefined
    return next ?? this.#random.generateTraceId()
  }

  readonly generateSpanId = (): string => this.#random.generateSpanId()
}

function rootSampler({ sampler, ratio }: TraceSettings): Sampler {
  if (sampler.endsWith('always_off')) return new AlwaysOffSampler()
  return sampler.endsWith('traceidratio') ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler()
}

function samplerOf(settings: TraceSettings): Sampler {
  const root = rootSampler(settings)
  return settings.sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

/** The exporter of a protocol; the other one is not loaded. */
async function exporterOf(destination: TraceDestination): Promise<SpanExporter> {
  const { url, headers, timeoutMs: timeoutMillis, ca, protocol } = destination
  const options = { url, headers: { ...headers }, timeoutMillis, ...(ca !== undefined && { httpAgentOptions: { ca } }) }
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter(options)
}

const resourceOf = ({ serviceName, resourceAttributes }: TraceSettings) =>
  resourceFromAttributes({
    'service.instance.id': randomUUID(),
    ...resourceAttributes,
    [ATTR_SERVICE_NAME]: serviceName,
    [ATTR_SERVICE_VERSION]: VERSION,
  })

/** The context of a caller's trace, as the parent of a span. */
const parentOf = ({ traceId, spanId, traceFlags, state }: TraceContext): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags,
    isRemote: true,
    ...(state !== undefined && { traceState: createTraceState(state) }),
  })

/** Opens tracing with the SDK of OpenTelemetry. `processors` get the spans beside the destination of the settings. */
export async function createTracing(
  settings: TraceSettings,
  observer: ExportObserver,
  processors: readonly SpanProcessor[],
): Promise<Tracing> {
  let { destination } = settings
  const exporter = destination && new WatchedExporter(await exporterOf(destination), observer)
  const ids = new TraceIds()
  const provider = new TracerProvider({
    resource: resourceOf(settings),
    sampler: samplerOf(settings),
    idGenerator: ids,
    spanProcessors: [
      ...processors,
      ...(exporter === undefined
        ? []
        : [new BatchSpanProcessor({ exporter, scheduledDelayMillis: destination!.delayMs })]),
    ],
  })
  const tracer = provider.getTracer('kyc-graph', VERSION)

  const begin: BeginTrace = (headers, correlationId) => {
    const caller = traceContextOf(headers)
    // An id that the caller gave may come again.
    const isOwn = caller === undefined && headers['x-correlation-id'] !== correlationId
    if (isOwn && ID.test(correlationId)) ids.next = correlationId.replaceAll('-', '')
    const parent = caller === undefined ? ROOT_CONTEXT : parentOf(caller)
    const span = tracer.startSpan('operation', { kind: SpanKind.SERVER }, parent)
    return span.isRecording() ? new TracedTime(tracer, span) : new SelfTime(contextOf(span))
  }

  return {
    begin,
    async use(next) {
      if (exporter === undefined || next === undefined || isDeepStrictEqual(next, destination)) return false
      destination = next
      exporter.replace(await exporterOf(next))
      return true
    },
    close: () => Promise.race([provider.shutdown(), delay(MAX_CLOSE_MS, undefined, { ref: false })]),
  }
}
