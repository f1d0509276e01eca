import { createTraceState, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import { protobufOf } from '../../src/observability/tracing/protobuf.js'
import { spansOf } from '../support/otlp.js'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const resource = resourceFromAttributes({ 'service.name': 'kyc-graph', 'deployment.environment.name': 'tést' })
const instrumentationScope = { name: 'kyc-graph', version: '1.0.0' }

const idOf = (i: number): string => i.toString(16).padStart(16, '0')

/** A span as the SDK gives it to an exporter. */
const spanOf = (i: number, facts: Partial<ReadableSpan> = {}): ReadableSpan => ({
  name: 'batch',
  kind: SpanKind.INTERNAL,
  spanContext: () => ({ traceId: TRACE_ID, spanId: idOf(i), traceFlags: 1 }),
  startTime: [1_796_000_000, 999_999_999],
  endTime: [1_796_000_001, 0],
  duration: [0, 1],
  status: { code: SpanStatusCode.UNSET },
  attributes: {},
  links: [],
  events: [],
  ended: true,
  resource,
  instrumentationScope,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  ...facts,
})

const parent = (isRemote: boolean) => ({ traceId: TRACE_ID, spanId: idOf(99), traceFlags: 1, isRemote })
const context = (i: number) => ({ traceId: TRACE_ID, spanId: idOf(i), traceFlags: 1 })

/** What a collector reads, by the serializer of the SDK and by ours. */
const both = (spans: readonly ReadableSpan[]) => [
  spansOf(protobufOf(spans)),
  spansOf(Buffer.from(ProtobufTraceSerializer.serializeRequest([...spans])!)),
]

describe('a span in protobuf is what the serializer of the SDK writes', () => {
  test.each<[string, Partial<ReadableSpan>]>([
    ['alone', {}],
    ['with a parent', { parentSpanContext: parent(false) }],
    ['with a parent of another process', { parentSpanContext: parent(true), kind: SpanKind.SERVER }],
    ['that failed', { status: { code: SpanStatusCode.ERROR } }],
    ['with texts', { name: 'query Größe 😀', attributes: { short: 'a', empty: '', long: 'ü'.repeat(5_000) } }],
    ['with numbers', { attributes: { zero: 0, small: 127, byte: 128, large: 2 ** 40, own: 1.25, part: 0.1 } }],
    ['with truths', { attributes: { yes: true, no: false } }],
    ['with lists', { attributes: { codes: ['FORBIDDEN', 'PROVIDER_TIMEOUT'], none: [], numbers: [1, 2.5] } }],
    ['with links', { links: [{ context: context(7) }, { context: context(8) }], droppedLinksCount: 3 }],
    ['with a state', { spanContext: () => ({ ...context(5), traceState: createTraceState('a=1,b=2') }) }],
    ['at an early time', { startTime: [0, 0], endTime: [1, 511] }],
    ['at a late time', { startTime: [4_294_967_296, 1], endTime: [9_000_000_000, 999_999_999] }],
  ])('%s', (_what, facts) => {
    const [ours, theirs] = both([spanOf(1, facts)])
    expect(theirs).toHaveLength(1)
    expect(ours).toEqual(theirs)
  })

  test('thousands of spans, whose values fill what is kept, in several exports', () => {
    const spans = Array.from({ length: 3_000 }, (_, i) =>
      spanOf(i, { name: `n${i % 700}`, attributes: { id: `id-${i}`, route: '/v0/persons', count: i } }),
    )
    for (const part of [spans, spans.slice(0, 10), spans]) {
      const [ours, theirs] = both(part)
      expect(ours).toHaveLength(part.length)
      expect(ours).toEqual(theirs)
    }
  })
})
