import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base'
import { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } from '@opentelemetry/otlp-exporter-base/node-http'
import {
  JsonTraceSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { TraceDestination } from './settings.js'

/** Exports that may wait for the collector at a time. */
const MAX_CONCURRENT_EXPORTS = 30

const SERIALIZERS = {
  'http/protobuf': { serializer: ProtobufTraceSerializer, type: 'application/x-protobuf' },
  'http/json': { serializer: JsonTraceSerializer, type: 'application/json' },
} as const

/** The exporter of a destination: OTLP over HTTP, with the repeats that OTLP asks for. */
export function exporterOf({ url, headers, timeoutMs, ca, protocol }: TraceDestination): SpanExporter {
  const { serializer, type } = SERIALIZERS[protocol]
  const options = {
    url,
    headers: () => Promise.resolve({ ...headers, 'Content-Type': type }),
    timeoutMillis: timeoutMs,
    concurrencyLimit: MAX_CONCURRENT_EXPORTS,
    compression: 'none' as const,
    agentFactory: httpAgentFactoryFromOptions({ keepAlive: true, ...(ca !== undefined && { ca }) }),
  }
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(options, serializer, 'otlp_http_span_exporter', TraceExporterMetricsHelper, undefined),
  )
}
