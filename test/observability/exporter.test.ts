import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, test } from 'vitest'
import { errorClass } from '../../src/observability/error-class.js'
import { OtlpExporter } from '../../src/observability/tracing/exporter.js'
import type { TraceDestination } from '../../src/observability/tracing/settings.js'
import { spansOf } from '../support/otlp.js'

/** What a collector answers: a status, with the seconds of `Retry-After`; `silent` answers nothing, `cut` closes the connection. */
type Answer = number | readonly [status: number, retryAfter: string] | 'silent' | 'cut'

const SPAN: ReadableSpan = {
  name: 'batch',
  kind: SpanKind.INTERNAL,
  spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
  startTime: [1_796_000_000, 0],
  endTime: [1_796_000_001, 0],
  duration: [1, 0],
  status: { code: SpanStatusCode.UNSET },
  attributes: {},
  links: [],
  events: [],
  ended: true,
  resource: resourceFromAttributes({ 'service.name': 'kyc-graph' }),
  instrumentationScope: { name: 'kyc-graph' },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
}

interface Request {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

let server: Server
let exporter: OtlpExporter
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await exporter.shutdown()
})

/** Exports one span to a collector that answers so, the last answer for ever. */
async function exportTo(answers: readonly Answer[], settings: Partial<TraceDestination> = {}) {
  const requests: Request[] = []
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)]!
      requests.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks) })
      if (answer === 'cut') request.socket.destroy()
      if (answer === 'cut' || answer === 'silent') return
      const [status, retryAfter] = typeof answer === 'number' ? [answer] : answer
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces?team=kyc`
  const destination = {
    url,
    protocol: 'http/protobuf',
    headers: {},
    timeoutMs: 10_000,
    ca: undefined,
    delayMs: 10,
  } as const
  exporter = new OtlpExporter({ ...destination, ...settings })
  const { error } = await new Promise<{ error?: Error }>((done) => exporter.export([SPAN], done))
  return { requests, error: error && { code: (error as { code?: unknown }).code, kind: errorClass(error) } }
}

describe('an export', () => {
  test('is one request of the given path, headers and encoding', async () => {
    const { requests, error } = await exportTo([200], { headers: { 'x-key': 'a key' } })
    expect(error).toBeUndefined()
    expect(requests).toHaveLength(1)
    const [{ url, headers, body }] = requests as [Request]
    expect(url).toBe('/v1/traces?team=kyc')
    expect(headers).toMatchObject({ 'x-key': 'a key', 'content-type': 'application/x-protobuf' })
    expect(spansOf(body)).toHaveLength(1)
  })

  test('in JSON is what the setting asks for', async () => {
    const { requests } = await exportTo([200], { protocol: 'http/json' })
    expect(requests[0]!.headers['content-type']).toBe('application/json')
    expect(JSON.parse(requests[0]!.body.toString())).toMatchObject({ resourceSpans: [{ scopeSpans: [{ scope: {} }] }] })
  })

  test.each<[string, readonly Answer[], number]>([
    ['429', [[429, '0'], 200], 2],
    ['502', [[502, '0'], [502, '0'], 200], 3],
    ['503', [[503, '0'], 200], 2],
    ['504', [[504, '0'], 202], 2],
    ['a connection that is lost', ['cut', 200], 2],
  ])('is repeated after %s', async (_what, answers, count) => {
    const { requests, error } = await exportTo(answers)
    expect(error).toBeUndefined()
    expect(requests).toHaveLength(count)
    expect(new Set(requests.map(({ body }) => body.toString('hex'))).size).toBe(1)
  })

  test.each<[string, readonly Answer[], object]>([
    ['a redirect', [302], { code: 302 }],
    ['bad data', [400], { code: 400 }],
    ['a refused key', [401], { code: 401 }],
    ['an error of the collector', [500], { code: 500 }],
    ['a wait that is longer than the time', [[503, '60']], { code: 503 }],
  ])('fails at once for %s', async (_what, answers, cause) => {
    const { requests, error } = await exportTo(answers)
    expect(requests).toHaveLength(1)
    expect(error).toMatchObject(cause)
  })

  test('fails when the collector is silent for the whole time', async () => {
    const { requests, error } = await exportTo(['silent'], { timeoutMs: 60 })
    expect(requests).toHaveLength(1)
    expect(error).toMatchObject({ kind: 'TIMEOUT' })
  })
})
