import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'

/** A span as a collector received it. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
  readonly state: string
  readonly name: string
  readonly kind: number
  /** Nanoseconds since 1970. */
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  /** Ids of the spans that it links to. */
  readonly links: readonly string[]
  /** The flags of its trace, 0x100, and 0x200 below a span of another process; those of its links. */
  readonly flags: readonly number[]
  readonly droppedLinks: number
  /** 2 is an error. */
  readonly status: number
  readonly events: number
}

/** The fields of a protobuf message by their numbers: numbers, or bytes of texts and messages. */
function fieldsOf(bytes: Buffer): ReadonlyMap<number, (bigint | Buffer)[]> {
  const fields = new Map<number, (bigint | Buffer)[]>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[(at += 1) - 1]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => bytes.subarray(at, (at += length))
  while (at < bytes.length) {
    const tag = Number(varint())
    const read: Readonly<Record<number, () => bigint | Buffer>> = {
      0: varint,
      1: () => take(8).readBigUInt64LE(),
      2: () => take(Number(varint())),
      5: () => BigInt(take(4).readUInt32LE()),
    }
    const value = read[tag & 7]!()
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
  }
  return fields
}

const messages = (bytes: Buffer, field: number): Buffer[] => (fieldsOf(bytes).get(field) ?? []) as Buffer[]
const text = (bytes: Buffer, field: number): string => messages(bytes, field)[0]?.toString() ?? ''
const hex = (bytes: Buffer, field: number): string => messages(bytes, field)[0]?.toString('hex') ?? ''
const integer = (bytes: Buffer, field: number): bigint => (fieldsOf(bytes).get(field)?.[0] as bigint | undefined) ?? 0n

/** A value of `AnyValue` (opentelemetry-proto, common/v1). */
function valueOf(bytes: Buffer): unknown {
  const [[field, [value]]] = [...fieldsOf(bytes)] as [[number, [bigint | Buffer]]]
  if (field === 1) return String(value)
  if (field === 2) return value === 1n
  if (field === 4) {
    const buffer = Buffer.alloc(8)
    buffer.writeBigUInt64LE(value as bigint)
    return buffer.readDoubleLE()
  }
  return field === 5 ? messages(value as Buffer, 1).map(valueOf) : Number(value)
}

/** A span of opentelemetry-proto, trace/v1. */
const spanOf = (bytes: Buffer): Span => ({
  traceId: hex(bytes, 1),
  spanId: hex(bytes, 2),
  state: text(bytes, 3),
  parentId: hex(bytes, 4),
  name: text(bytes, 5),
  kind: Number(integer(bytes, 6)),
  start: integer(bytes, 7),
  end: integer(bytes, 8),
  attributes: Object.fromEntries(messages(bytes, 9).map((pair) => [text(pair, 1), valueOf(messages(pair, 2)[0]!)])),
  events: messages(bytes, 11).length,
  links: messages(bytes, 13).map((link) => hex(link, 2)),
  flags: [Number(integer(bytes, 16)), ...messages(bytes, 13).map((link) => Number(integer(link, 6)))],
  droppedLinks: Number(integer(bytes, 14)),
  status: Number(integer(messages(bytes, 15)[0] ?? Buffer.alloc(0), 3)),
})

/** The spans of an export in protobuf. */
export const spansOf = (body: Buffer): Span[] =>
  messages(body, 1).flatMap((resource) => messages(resource, 2).flatMap((scope) => messages(scope, 2).map(spanOf)))

/** A collector: an HTTP server that takes traces by OTLP in protobuf. */
export interface Collector {
  readonly url: string
  readonly spans: () => readonly Span[]
  /** The spans of the trace with this id, once the span of its operation has come. */
  readonly traceOf: (traceId: string) => Promise<readonly Span[]>
  /** Everything that was received, headers too. */
  readonly text: () => string
  readonly paths: () => readonly string[]
  /** The status of further answers. */
  answer: number
  readonly close: () => Promise<void>
}

const SERVER_SPAN = 2

/** Starts one, on a free port unless it is given. */
export async function startCollector(port = 0): Promise<Collector> {
  const bodies: Buffer[] = []
  const heads: string[] = []
  const paths: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => void parts.push(part))
    request.on('end', () => {
      paths.push(request.url!)
      heads.push(JSON.stringify(request.headers))
      if (collector.answer === 200) bodies.push(Buffer.concat(parts))
      response.writeHead(collector.answer, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: 200,
    spans: () => bodies.flatMap(spansOf),
    async traceOf(traceId) {
      const found = () => collector.spans().filter((span) => span.traceId === traceId)
      await expect.poll(() => found().some(({ kind }) => kind === SERVER_SPAN), { interval: 10 }).toBe(true)
      return found()
    },
    text: () => [...heads, ...bodies.map((body) => body.toString())].join('\n'),
    paths: () => paths,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return collector
}

/** Now and then an operation waits for points of the rate limit. */
const isOfThis = ({ name }: Span) => name !== 'wait: rate limit'

/** The names of spans as an indented tree, in the order in which they began; equal siblings that follow each other are one line. */
export function treeOf(all: readonly Span[]): string[] {
  const spans = all.filter(isOfThis)
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const below = (parent: readonly Span[], depth: number): string[] => {
    const blocks = parent
      .toSorted((a, b) => Number(a.start - b.start))
      .map((span) =>
        [
          `${'  '.repeat(depth)}${span.name}`,
          ...below(
            spans.filter(({ parentId }) => parentId === span.spanId),
            depth + 1,
          ),
        ].join('\n'),
      )
    return blocks.filter((block, i) => block !== blocks[i - 1]).flatMap((block) => block.split('\n'))
  }
  return below(
    spans.filter(({ parentId }) => !ids.has(parentId)),
    0,
  )
}
