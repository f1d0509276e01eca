import Fastify from 'fastify'
import { type OtlpTraces, type ReceivedSpan, spansOf } from './otlp.js'

const MAX_BODY_BYTES = 16 * 1024 * 1024
/** Operations that are kept. */
const MAX_OPERATIONS = 20
/** Spans that wait for the span of their operation, which ends last. */
const MAX_WAITING = 5_000

/** An operation with its spans, in the order in which they began. */
export interface ReceivedOperation {
  readonly root: ReceivedSpan
  readonly spans: readonly ReceivedSpan[]
}

/** A receiver of traces by OTLP/JSON, for the pages of development. */
export interface TraceReceiver {
  /** The settings by which the server sends its traces here. */
  readonly settings: Readonly<Record<string, string>>
  /** The operations whose spans were received, the latest first. */
  readonly operations: () => readonly ReceivedOperation[]
  readonly close: () => Promise<void>
}

/** The spans below a root, and the root itself. */
function familyOf(root: ReceivedSpan, spans: readonly ReceivedSpan[]): readonly ReceivedSpan[] {
  const ids = new Set([root.spanId])
  // A child may have ended, and have been received, before its parent.
  for (let size = 0; size < ids.size;) {
    size = ids.size
    for (const { spanId, parentId } of spans) if (parentId !== undefined && ids.has(parentId)) ids.add(spanId)
  }
  return spans.filter(({ spanId }) => ids.has(spanId)).sort((a, b) => a.startMs - b.startMs)
}

/** Starts a receiver on a free port of this machine. `rootAttribute` is what only the span of an operation has. */
export async function startTraceReceiver(rootAttribute: string): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = []
  const receiver = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true })
  receiver.post('/v1/traces', ({ body }) => {
    spans.push(...spansOf(body as OtlpTraces))
    spans.splice(0, Math.max(0, spans.length - MAX_WAITING))
    return {}
  })
  const url = await receiver.listen({ port: 0, host: '127.0.0.1' })
  return {
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    operations: () =>
      spans
        .filter(({ attributes }) => attributes.has(rootAttribute))
        .slice(-MAX_OPERATIONS)
        .reverse()
        .map((root) => ({ root, spans: familyOf(root, spans) })),
    close: () => receiver.close(),
  }
}
