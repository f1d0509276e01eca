import { type AttributeValue, type HrTime, type Link, type SpanContext, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

// OTLP in protobuf (opentelemetry-proto, trace/v1 and common/v1). The serializer of the SDK takes more time than all else
// that a span costs, because it writes each text of each span anew. Names and attributes come from few values here, so
// their bytes are kept.

/** Texts of which the bytes are kept, for each attribute; values that seldom come again, such as ids, fill it once. */
const MAX_KEPT = 500

/** Wire types of protobuf. */
const VARINT = 0
const FIXED_64 = 1
const BYTES = 2
const FIXED_32 = 5

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

const tag = (field: number, type: number): number[] => varint((field << 3) | type)

/** A message, text or bytes as a field of another message. */
const nested = (field: number, ...parts: readonly Uint8Array[]): Buffer => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.from([...tag(field, BYTES), ...varint(length)]), ...parts])
}
const text = (field: number, value: string): Buffer => nested(field, Buffer.from(value))
const integer = (field: number, value: number): Buffer => Buffer.from([...tag(field, VARINT), ...varint(value)])

function double(field: number, value: number): Buffer {
  const bytes = Buffer.from([...tag(field, FIXED_64), 0, 0, 0, 0, 0, 0, 0, 0])
  bytes.writeDoubleLE(value, bytes.length - 8)
  return bytes
}

/** The field of an `AnyValue`. */
function anyValue(value: AttributeValue): Buffer {
  if (typeof value === 'string') return text(1, value)
  if (typeof value === 'boolean') return integer(2, Number(value))
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? integer(3, value) : double(4, value)
  return nested(5, ...value.map((each) => nested(1, each == null ? Buffer.alloc(0) : anyValue(each))))
}

/** An attribute as a `KeyValue`. */
const keyValue = (field: number, key: string, value: AttributeValue): Buffer =>
  nested(field, text(1, key), nested(2, anyValue(value)))

/** The flags of a span: those of its trace, and whether its parent is another process's. */
const flagsOf = (traceFlags: number, isRemote = false): number => traceFlags | 0x100 | (isRemote ? 0x200 : 0)

const link = ({ context: { traceId, spanId, traceFlags } }: Link): Buffer => {
  const flags = Buffer.from([...tag(6, FIXED_32), 0, 0, 0, 0])
  flags.writeUInt32LE(flagsOf(traceFlags), flags.length - 4)
  return nested(13, nested(1, Buffer.from(traceId, 'hex')), nested(2, Buffer.from(spanId, 'hex')), flags)
}

const FLAGS_TAG = tag(16, FIXED_32)
const FAILED = nested(15, integer(3, SpanStatusCode.ERROR))

/** Bytes of values that come again. */
class KeptBytes {
  readonly #bytes = new Map<AttributeValue, Buffer>()
  readonly #encode: (value: AttributeValue) => Buffer

  constructor(encode: (value: AttributeValue) => Buffer) {
    this.#encode = encode
  }

  of(value: AttributeValue): Buffer {
    const kept = this.#bytes.get(value)
    if (kept !== undefined) return kept
    const bytes = this.#encode(value)
    if (this.#bytes.size < MAX_KEPT && typeof value !== 'object') this.#bytes.set(value, bytes)
    return bytes
  }
}

/** The fields that every span has: its two ids, its kind, its times and its flags. */
const FIXED_LENGTH = 18 + 10 + 2 + 9 + 9 + 6
const PARENT_LENGTH = 10
/** The longest head of a span: its tag and its length. */
const HEAD_LENGTH = 6

/** Writes spans one after the other into one buffer. */
class SpanWriter {
  readonly #names = new KeptBytes((name) => text(5, String(name)))
  readonly #attributes = new Map<string, KeptBytes>()
  #bytes = Buffer.allocUnsafe(256 * 1024)
  #at = 0

  /** The spans as fields of `ScopeSpans`; the bytes hold until the next call. */
  write(spans: readonly ReadableSpan[]): Buffer {
    this.#at = 0
    for (const span of spans) this.#span(span)
    return this.#bytes.subarray(0, this.#at)
  }

  #span(span: ReadableSpan): void {
    const context = span.spanContext()
    const parent = span.parentSpanContext
    const parts = this.#parts(span, context)
    const length = parts.reduce((sum, part) => sum + part.length, FIXED_LENGTH + (parent ? PARENT_LENGTH : 0))
    this.#reserve(HEAD_LENGTH + length)
    this.#put((2 << 3) | BYTES)
    this.#length(length)
    this.#hex(1, context.traceId, 16)
    this.#hex(2, context.spanId, 8)
    if (parent) this.#hex(4, parent.spanId, 8)
    this.#put((6 << 3) | VARINT, span.kind + 1)
    this.#time(7, span.startTime)
    this.#time(8, span.endTime)
    for (const part of parts) this.#at += part.copy(this.#bytes, this.#at)
    this.#put(...FLAGS_TAG)
    this.#at = this.#bytes.writeUInt32LE(flagsOf(context.traceFlags, parent?.isRemote), this.#at)
  }

  /** The fields whose length differs. */
  #parts({ name, attributes, links, droppedLinksCount, status }: ReadableSpan, { traceState }: SpanContext): Buffer[] {
    const parts = [this.#names.of(name)]
    for (const key of Object.keys(attributes)) parts.push(this.#attributeOf(key, attributes[key]!))
    for (const each of links) parts.push(link(each))
    if (droppedLinksCount > 0) parts.push(integer(14, droppedLinksCount))
    if (traceState !== undefined) parts.push(text(3, traceState.serialize()))
    if (status.code === SpanStatusCode.ERROR) parts.push(FAILED)
    return parts
  }

  #attributeOf(key: string, value: AttributeValue): Buffer {
    let kept = this.#attributes.get(key)
    if (kept === undefined) this.#attributes.set(key, (kept = new KeptBytes((each) => keyValue(9, key, each))))
    return kept.of(value)
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafe(2 * this.#bytes.length + length)
    this.#bytes.copy(bytes, 0, 0, this.#at)
    this.#bytes = bytes
  }

  #put(...bytes: readonly number[]): void {
    for (const byte of bytes) this.#bytes[this.#at++] = byte
  }

  #length(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) this.#put((rest & 0x7f) | 0x80)
    this.#put(rest)
  }

  /** An id, in hexadecimal digits. */
  #hex(field: number, id: string, length: number): void {
    this.#put((field << 3) | BYTES, length)
    this.#at += this.#bytes.write(id, this.#at, length, 'hex')
  }

  /** Nanoseconds since 1970, which a number cannot hold: in units of 512, which it can, and split from there. */
  #time(field: number, [seconds, nanoseconds]: HrTime): void {
    this.#put((field << 3) | FIXED_64)
    const units = seconds * (1e9 / 512)
    const low = (units % 0x800000) * 512 + nanoseconds
    this.#at = this.#bytes.writeUInt32LE(low % 0x100000000, this.#at)
    this.#at = this.#bytes.writeUInt32LE(Math.floor(units / 0x800000) + Math.floor(low / 0x100000000), this.#at)
  }
}

/** The resource and the scope of a batch, which all its spans have. */
function envelope({ resource, instrumentationScope: { name, version } }: ReadableSpan, spans: Buffer): Buffer {
  const attributes = Object.entries(resource.attributes).map(([key, value]) => keyValue(1, key, value!))
  const scope = nested(1, text(1, name), ...(version === undefined ? [] : [text(2, version)]))
  return nested(1, nested(1, ...attributes), nested(2, scope, spans))
}

const writer = new SpanWriter()

/** The body of an export: at least one span, all of one resource and scope, as all spans of this process are. */
export const protobufOf = (spans: readonly ReadableSpan[]): Buffer => envelope(spans[0]!, writer.write(spans))
