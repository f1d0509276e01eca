import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import {
  type Context,
  createNoopMeter,
  createTraceState,
  type Meter,
  type MeterProvider,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import { ATTR_ERROR_TYPE, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { TraceContext } from '../../../datasources/contract/trace.js'
import { VERSION } from '../../../datasources/http/user-agent.js'
import { SelfTime } from '../self-time.js'
import { traceContextOf } from '../trace-context.js'
import type { BeginTrace, ExportObserver, Tracing } from './contract.js'
import { OtlpExporter } from './exporter.js'
import type { TraceSettings } from './settings.js'
import { sampledTime } from './spans.js'
import { WatchedExporter } from './watched-exporter.js'

/** How long a stopping process tries to export what is left. */
const MAX_CLOSE_MS = 3_000
const UUID_LENGTH = 36

function rootSampler({ sampler, ratio }: TraceSettings): Sampler {
  if (sampler.endsWith('always_off')) return new AlwaysOffSampler()
  return sampler.endsWith('traceidratio') ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler()
}

function samplerOf(settings: TraceSettings): Sampler {
  const root = rootSampler(settings)
  return settings.sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
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

/**
 * The id of a trace that begins here: that of the operation, so that both have one, unless the caller gave it, because
 * that may come again. What is not the caller's is a UUID of this server.
 */
function ownIdOf(headers: IncomingHttpHeaders, id: string): string | undefined {
  if (headers['x-correlation-id'] === id || id.length !== UUID_LENGTH) return undefined
  return id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24)
}

/** The position of an operation that is not sampled: its span has an id only where one is asked for. */
class UnsampledContext implements TraceContext {
  readonly traceFlags = 0
  #spanId: string | undefined

  constructor(
    readonly traceId: string,
    readonly state: string | undefined,
    private readonly ids: IdGenerator,
  ) {}

  get spanId(): string {
    return (this.#spanId ??= this.ids.generateSpanId())
  }
}

/** Hears from a batch processor how many spans its full queue had no place for. */
function queueMeter(lost: (spans: number) => void): MeterProvider {
  const createCounter: Meter['createCounter'] = () => ({
    add: (spans, attributes) => {
      if (attributes?.[ATTR_ERROR_TYPE] === 'queue_full') lost(spans)
    },
  })
  const meter = Object.assign(Object.create(createNoopMeter()) as Meter, { createCounter })
  return { getMeter: () => meter }
}

/** The processor of the spans that are exported. */
const batchProcessor = (exporter: SpanExporter, scheduledDelayMillis: number, lost: ExportObserver['lost']) =>
  new BatchSpanProcessor({ exporter, scheduledDelayMillis, selfObsMeterProvider: queueMeter(lost) })

/** Opens tracing with the SDK of OpenTelemetry. `processors` get the spans beside the destination of the settings. */
export function createTracing(
  settings: TraceSettings,
  observer: ExportObserver,
  others: readonly SpanProcessor[],
): Tracing {
  let { destination } = settings
  const exporter = destination && new WatchedExporter(new OtlpExporter(destination), observer)
  const processors = exporter ? [...others, batchProcessor(exporter, destination!.delayMs, observer.lost)] : others
  const ids = new RandomIdGenerator()
  const sampler = samplerOf(settings)
  const family = { resource: resourceOf(settings), scope: { name: 'kyc-graph', version: VERSION }, ids, processors }

  const begin: BeginTrace = (headers, correlationId) => {
    const caller = traceContextOf(headers)
    const traceId = caller?.traceId ?? ownIdOf(headers, correlationId) ?? ids.generateTraceId()
    const parent = caller === undefined ? ROOT_CONTEXT : parentOf(caller)
    // Decided once for the operation: one that is not sampled has no object of a span.
    const { decision } = sampler.shouldSample(parent, traceId, 'operation', SpanKind.SERVER, {}, [])
    const state = caller?.state
    if (decision !== SamplingDecision.RECORD_AND_SAMPLED) return new SelfTime(new UnsampledContext(traceId, state, ids))
    return sampledTime(family, { traceId, spanId: ids.generateSpanId(), traceFlags: 1, state }, caller)
  }

  return {
    begin,
    use(next) {
      if (exporter === undefined || next === undefined || isDeepStrictEqual(next, destination)) return false
      destination = next
      exporter.replace(new OtlpExporter(next))
      return true
    },
    async close() {
      const closed = Promise.all(processors.map((processor) => processor.shutdown()))
      await Promise.race([closed, delay(MAX_CLOSE_MS, undefined, { ref: false })])
    },
  }
}
