/** A value of an attribute in OTLP/JSON. */
interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values?: readonly AnyValue[] }
}

/** A span in OTLP/JSON, as far as it is shown. Times are nanoseconds since 1970. */
interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: readonly { readonly key: string; readonly value: AnyValue }[]
}

/** The body of an export of traces in OTLP/JSON. */
export interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[]
  }[]
}

/** A span that was received. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  /** Milliseconds since 1970. */
  readonly startMs: number
  readonly durationMs: number
  readonly attributes: ReadonlyMap<string, string>
}

const textOf = ({ arrayValue, ...value }: AnyValue): string =>
  arrayValue ? (arrayValue.values ?? []).map(textOf).join(', ') : String(Object.values(value)[0] ?? '')

const received = (span: OtlpSpan): ReceivedSpan => {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano, attributes = [] } = span
  const nanoseconds = BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)
  return {
    traceId,
    spanId,
    parentId: parentSpanId === '' ? undefined : parentSpanId,
    name,
    startMs: Number(BigInt(startTimeUnixNano) / 1_000n) / 1e3,
    durationMs: Number(nanoseconds) / 1e6,
    attributes: new Map(attributes.map(({ key, value }) => [key, textOf(value)])),
  }
}

/** The spans of an export. */
export const spansOf = ({ resourceSpans = [] }: OtlpTraces): readonly ReceivedSpan[] =>
  resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans.map(received)))
