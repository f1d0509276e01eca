import type { Settings } from '../../../datasources/contract/provider.js'
import { authority } from '../../settings/settings-reader.js'

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

type SamplerName = (typeof SAMPLERS)[number]

/** Where spans are sent. */
export interface TraceDestination {
  readonly url: string
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Certificate authority (PEM) of the collector, instead of the public ones. */
  readonly ca: string | undefined
  /** How long spans wait to be sent together. */
  readonly delayMs: number
}

/** The settings of traces, by the names that OpenTelemetry gives them. */
export interface TraceSettings {
  /** Undefined where nothing is exported. */
  readonly destination: TraceDestination | undefined
  readonly sampler: SamplerName
  /** The part of the traces that the samplers `…traceidratio` take. */
  readonly ratio: number
  readonly serviceName: string
  readonly resourceAttributes: Readonly<Record<string, string>>
}

/** A comma list of `name=value` with values in percent-encoding, as OpenTelemetry writes headers and attributes. */
function pairsOf(settings: Settings, name: string, text: string): Readonly<Record<string, string>> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => /^([^=\s]+)\s*=\s*(.*)$/.exec(pair))
  try {
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)]))
  } catch {
    settings.problem(`${name} must be a comma list of name=value with values in percent-encoding`)
    return {}
  }
}

/** The URL of a setting that may be absent. */
const optionalUrl = (settings: Settings, name: string, description: string): string | undefined =>
  settings.has(name) ? settings.url(name, description) : settings.optional(name, description)

/** The address of the collector: that of traces alone, or the path of traces below that of all signals. */
function addressOf(settings: Settings): string | undefined {
  const base = optionalUrl(
    settings,
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Collector to which traces are sent, by OTLP over HTTP at `/v1/traces` below this address; without it nothing is traced.',
  )
  const own = optionalUrl(
    settings,
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'Whole address for traces, instead of `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  )
  return own ?? (base === undefined ? undefined : `${base}/v1/traces`)
}

function readDestination(settings: Settings): TraceDestination | undefined {
  const url = addressOf(settings)
  const headers = settings.optionalSecret(
    'OTEL_EXPORTER_OTLP_HEADERS',
    'Headers for the collector, such as its key: a comma list of `name=value` with values in percent-encoding.',
  )
  const destination = {
    headers: headers === undefined ? {} : pairsOf(settings, 'OTEL_EXPORTER_OTLP_HEADERS', headers),
    protocol: settings.choice(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'Encoding of OTLP; gRPC is not spoken.',
      ['http/protobuf', 'http/json'],
      'http/protobuf',
    ),
    timeoutMs: settings.integer(
      'OTEL_EXPORTER_OTLP_TIMEOUT',
      'Time in milliseconds that the collector has for a batch of spans, repeats included; then they are lost.',
      10_000,
      { min: 10, max: 60_000 },
    ),
    ca: authority(
      settings,
      'OTEL_EXPORTER_OTLP_CERTIFICATE',
      'Certificate authority (PEM file) of the collector, instead of the public ones.',
    ),
    delayMs: settings.integer(
      'OTEL_BSP_SCHEDULE_DELAY',
      'Time in milliseconds for which spans are collected before they are sent together.',
      5_000,
      { min: 10, max: 60_000 },
    ),
  }
  return url === undefined ? undefined : { url, ...destination }
}

/** The ratio of `OTEL_TRACES_SAMPLER_ARG`; 1 where it is absent. */
function readRatio(settings: Settings): number {
  const text = settings.optional(
    'OTEL_TRACES_SAMPLER_ARG',
    'Part of the traces that a sampler with `traceidratio` takes, from 0 to 1; 1 where it is absent.',
  )
  const ratio = Number(text ?? 1)
  if (text !== undefined && !(ratio >= 0 && ratio <= 1))
    settings.problem('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1')
  return ratio
}

/** Reads the settings of traces. */
export function readTraceSettings(settings: Settings): TraceSettings {
  const isDisabled = settings.choice('OTEL_SDK_DISABLED', 'Switches traces off.', ['true', 'false'], 'false') === 'true'
  const exporter = settings.choice('OTEL_TRACES_EXPORTER', 'Exporter of traces.', ['otlp', 'none'], 'otlp')
  const destination = readDestination(settings)
  const attributes = settings.optional(
    'OTEL_RESOURCE_ATTRIBUTES',
    'Attributes of every trace, such as `deployment.environment.name=production`: a comma list of `name=value`.',
  )
  return {
    destination: isDisabled || exporter === 'none' ? undefined : destination,
    sampler: settings.choice(
      'OTEL_TRACES_SAMPLER',
      'Sampler: which operations are traced. With `parentbased_…` the flag of the `traceparent` of a caller decides first.',
      SAMPLERS,
      'parentbased_always_on',
    ),
    ratio: readRatio(settings),
    serviceName: settings.text('OTEL_SERVICE_NAME', 'Name of the service in traces.', 'kyc-graph'),
    resourceAttributes: attributes === undefined ? {} : pairsOf(settings, 'OTEL_RESOURCE_ATTRIBUTES', attributes),
  }
}
