import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA, CROWD, PEOPLE } from '../../datasources/emulator/people.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { search } from '../support/leaks.js'
import { type Collector, type Span, startCollector, treeOf } from '../support/otlp.js'
import { emptyDatabase, freePort } from '../support/redis.js'
import { startReplica } from '../support/replica.js'

const CREATE =
  'mutation($key: String!) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: ACTIVE, firstName: "Nora" }) { replayed } }'
const PERSON = `{ person(id: "${ADA.personId}") { lastName } }`
const [ONE, TWO] = CROWD.map(({ personId }) => personId!) as [string, string]
const people = `{ one: person(id: "${ONE}") { lastName } two: person(id: "${TWO}") { lastName } }`

let app: App
let collector: Collector
beforeAll(async () => {
  collector = await startCollector()
  app = await startApp({
    REDIS_URL: await emptyDatabase(),
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    SYNCTERA_PROPAGATE_TRACE: 'on',
  })
})
beforeEach(() => app.clear())
afterAll(async () => {
  await app.close()
  await collector.close()
})

const PATIENT = { timeout: 20_000 }
const traceparent = (traceId: string, flags = '01') => `00-${traceId}-00f067aa0ba902b7-${flags}`
const newTraceId = () => randomUUID().replaceAll('-', '')

/** Runs an operation in a trace of its own, and answers its spans. */
async function traced(query: string, variables?: object, { headers, ...options }: RunOptions = {}) {
  const traceId = newTraceId()
  const answer = await app.run(query, variables as Record<string, unknown>, {
    ...options,
    headers: { traceparent: traceparent(traceId), ...headers },
  })
  return { answer, traceId, spans: await collector.traceOf(traceId) }
}

const named = (spans: readonly Span[], name: string): readonly Span[] => spans.filter((span) => span.name === name)

describe('the spans of an operation', () => {
  test('are its questions, their batch, the call and each attempt', async () => {
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 503 })
    const { spans, answer } = await traced(people)
    expect(answer.errors).toEqual([])
    expect(treeOf(spans)).toEqual([
      'query',
      '  synctera.personById',
      '    batch',
      '      synctera GET /v0/persons',
      '        GET /v0/persons',
      '        wait: retry',
      '        GET /v0/persons',
      '  synctera.personById',
    ])
    const [first, second] = named(spans, 'GET /v0/persons')
    const { port } = new URL(app.emulators.synctera.url)
    const request = {
      'http.request.method': 'GET',
      'url.template': '/v0/persons',
      'server.address': '127.0.0.1',
      'server.port': Number(port),
    }
    expect(first).toMatchObject({ kind: 3, status: 2, events: 0 })
    expect(first!.attributes).toEqual({ ...request, 'http.response.status_code': 503, 'error.type': '503' })
    expect(second).toMatchObject({ status: 0 })
    expect(second!.attributes).toEqual({
      ...request,
      'http.response.status_code': 200,
      'http.request.resend_count': 1,
    })
    // The batch is below the question that asked first, and links to the other one.
    const [batch] = named(spans, 'batch')
    const [asked, other] = named(spans, 'synctera.personById')
    expect(batch).toMatchObject({ parentId: asked!.spanId, links: [other!.spanId] })
    expect(batch!.attributes).toEqual({ 'kyc.batch.keys': 2 })
  })

  test('of a keyed write are the claim, the call and the settlement, with the commands of Redis', async () => {
    const { spans } = await traced(CREATE, { key: randomUUID() })
    expect(treeOf(spans)).toEqual([
      'mutation',
      '  synctera.createPerson',
      '    store: claim',
      '      EVALSHA compareAndSwapAll',
      '    synctera POST /v0/persons',
      '      POST /v0/persons',
      '    store: settle',
      '      EVALSHA compareAndSwapAll',
    ])
    expect(named(spans, 'EVALSHA compareAndSwapAll')[0]).toMatchObject({
      kind: 3,
      attributes: {
        'db.system.name': 'redis',
        'db.operation.name': 'EVALSHA',
        'db.stored_procedure.name': 'compareAndSwapAll',
      },
    })
  })

  test('of a read that joins the call of another operation link to that one', async () => {
    app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', delayMs: 600, times: 0 })
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'slow', delayMs: 600, times: 0 })
    const isShared = ({ attributes }: Span) => attributes['kyc.call.shared'] === true
    // On a busy machine the second may come when the call of the first is too old to be joined.
    const calls = await vi.waitFor(async () => {
      const pair = await Promise.all([traced(PERSON), traced(PERSON)])
      const found = pair
        .flatMap(({ spans }) => spans)
        .filter(({ attributes }) => attributes['kyc.provider'] !== undefined)
      expect(found.map(isShared).sort()).toEqual([false, true])
      return found
    }, PATIENT)
    const joined = calls.find(isShared)!
    const leader = calls.find((call) => call !== joined)!
    expect(joined.links).toEqual([leader.parentId])
  })

  test('of an operation that fails have its codes and no text', async () => {
    app.fault('synctera', { match: 'GET /**', fault: 'status', status: 400, times: 0 })
    const { spans, answer } = await traced(PERSON)
    const { code } = answer.errors[0]!.extensions
    const failed = spans.filter(({ status }) => status === 2).map(({ attributes }) => attributes['error.type'])
    expect(new Set(failed)).toEqual(new Set([code, '400']))
    expect(named(spans, 'query')[0]!.attributes).toMatchObject({ 'kyc.operation.error_codes': [code] })
  })

  test('name the operation by its hash, and by its name where it is promised', async () => {
    const own = await traced(`query Of_${ADA.lastName} { viewer { id } }`)
    const root = own.spans[0]!
    expect(root).toMatchObject({ name: 'query', kind: 2, parentId: '00f067aa0ba902b7' })
    expect(root.attributes).toMatchObject({
      'graphql.operation.type': 'query',
      'kyc.operation.hash': expect.stringMatching(/^[0-9a-f]{64}$/),
      'kyc.operation.provider_calls': 0,
      'kyc.correlation_id': own.traceId,
    })
    expect(root.attributes).not.toHaveProperty('graphql.operation.name')
    const { PersonByIdDocument } = await import('../../schema/operations/index.js')
    const { print } = await import('graphql')
    const promised = await traced(print(PersonByIdDocument), { id: ADA.personId })
    expect(promised.spans.find(({ kind }) => kind === 2)).toMatchObject({
      name: 'query PersonById',
      attributes: { 'graphql.operation.name': 'PersonById' },
    })
  })
})

describe('the trace of a caller', () => {
  test('goes on, and is sent to the providers whose setting says so; baggage is sent to none', async () => {
    const { traceId, spans } = await traced(
      `{ person(id: "${ADA.personId}") { lastName } customer(id: "${ADA.customerId}") { legalName } }`,
      {},
      { headers: { tracestate: 'rojo=00f067aa0ba902b7, congo=t61rcWkgMzE', baggage: `user=${ADA.lastName}` } },
    )
    const [synctera] = app.recorded('synctera')
    const [attempt] = spans.filter(
      ({ spanId, kind }) => kind === 3 && synctera!.headers['traceparent']?.includes(spanId),
    )
    expect(synctera!.headers).toMatchObject({
      traceparent: `00-${traceId}-${attempt!.spanId}-01`,
      tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    })
    expect(app.recorded('obp').length).toBeGreaterThan(0)
    for (const { headers } of app.recorded('obp')) expect(Object.keys(headers)).not.toContain('traceparent')
    for (const { headers } of [...app.recorded('obp'), ...app.recorded('synctera')])
      expect(Object.keys(headers)).not.toContain('baggage')
    expect(collector.text()).not.toContain(`user=${ADA.lastName}`)
  })

  test('that is not sampled goes on without spans', async () => {
    const traceId = newTraceId()
    await app.run(PERSON, {}, { headers: { traceparent: traceparent(traceId, '00') } })
    expect(app.recorded('synctera')[0]!.headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
    const { traceId: later } = await traced(PERSON)
    await collector.traceOf(later)
    expect(collector.spans().filter((span) => span.traceId === traceId)).toEqual([])
  })

  test('gives the correlation id where the caller names none; without either the correlation id is the id of the trace', async () => {
    const { traceId, answer } = await traced('{ viewer { id } }')
    expect(answer.headers.get('x-correlation-id')).toBe(traceId)
    const alone = await app.run('{ viewer { id } }')
    const id = alone.headers.get('x-correlation-id')!
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await collector.traceOf(id.replaceAll('-', ''))).toHaveLength(1)
  })

  test.each([
    ['of another form', 'no trace'],
    ['without an id', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['of the version ff', `ff-${newTraceId()}-00f067aa0ba902b7-01`],
    ['with more than version 00 has', `${traceparent(newTraceId())}-more`],
  ])('%s is left out', async (_what, given) => {
    await app.run(PERSON, {}, { headers: { traceparent: given } })
    const sent = String(app.recorded('synctera')[0]!.headers['traceparent'])
    expect(sent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(given).not.toContain(sent.slice(3, 35))
  })
})

test('no span holds a value of a person, of a caller or of a provider', async () => {
  const { traceId } = await traced(
    `query Find_${ADA.lastName}($email: String) {
      persons(filter: { email: $email }) { nodes { firstName ssnLast4 } }
      customer(id: "${ADA.customerId}") { legalName attributes { value } person { lastName } }
    }`,
    { email: ADA.email },
    { headers: { tracestate: `vendor=${ADA.email}`, baggage: `ssn=${ADA.ssn}`, 'x-correlation-id': ADA.email } },
  )
  await collector.traceOf(traceId)
  const values = PEOPLE.flatMap(({ firstName, lastName, email, phone, ssn, account, personId, dateOfBirth }) => [
    `${firstName} ${lastName}`,
    ...[email, phone, ssn, account, dateOfBirth, personId].flatMap((value) => value ?? []),
  ])
  const text = collector.text()
  expect(search([...values, ADA.customerId, ADA.lastName], [{ name: 'what the collector got', text }])).toEqual([])
  expect(text).toContain('deployment.environment.name')
  expect(text).toContain('"x-key":"a key"')
  expect(new Set(collector.paths())).toEqual(new Set(['/v1/traces']))
})

test('a sampler that takes a part takes that part', async () => {
  const other = await startCollector()
  const sampled = await startApp(
    {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.url}/own`,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    },
    app,
  )
  // Ids that lie evenly over all of them.
  const ids = Array.from(
    { length: 64 },
    (_, i) => `${'0'.repeat(16)}${(i * 4 + 1).toString(16).padStart(2, '0')}${'0'.repeat(14)}`,
  )
  for (const id of ids) await sampled.run('{ viewer { id } }', {}, { headers: { traceparent: traceparent(id) } })
  await sampled.close()
  // What was left is exported when the server stops.
  expect(other.spans().filter(({ kind }) => kind === 2)).toHaveLength(16)
  expect(other.paths()).toContain('/own')
  await other.close()
})

test('a collector that is away fails no request, is told once, and once when it is back', async () => {
  const port = await freePort()
  const alone = await startApp(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '50',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    },
    app,
  )
  const lines = () =>
    alone
      .log()
      .split('\n')
      .filter((line) => line.includes('traces '))
  const lost = async () =>
    Number(/^kyc_trace_spans_lost_total (\d+)$/m.exec(await (await fetch(`${alone.url}/metrics`)).text())![1])
  for (let failures = 0; failures < 3;) {
    const before = await lost()
    expect((await alone.run('{ viewer { id } }')).errors).toEqual([])
    await expect.poll(lost, { interval: 10 }).toBeGreaterThan(before)
    failures += 1
  }
  expect(lines()).toHaveLength(1)
  expect(JSON.parse(lines()[0]!)).toMatchObject({
    'log.level': 'warn',
    message: 'traces cannot be exported',
    'error.type': 'ECONNREFUSED',
  })
  const back = await startCollector(port)
  await alone.run('{ viewer { id } }')
  await expect.poll(() => lines().length, { interval: 10 }).toBe(2)
  expect(lines()[1]).toContain('traces are exported again')
  await back.close()
  await alone.close()
})

test('spans for which the queue has no place are counted as lost', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const alone = await startApp(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    },
    app,
  )
  const lost = async () =>
    Number(/^kyc_trace_spans_lost_total (\d+)$/m.exec(await (await fetch(`${alone.url}/metrics`)).text())![1])
  const aliases = Array.from({ length: 20 }, (_, i) => `p${i}: person(id: "${ONE}") { lastName }`).join(' ')
  // 512 spans are on their way to a collector that does not answer, and 2,048 wait.
  const ask = () => Promise.all(Array.from({ length: 32 }, () => alone.run(`{ ${aliases} }`)))
  for (let times = 0; times < 5; times += 1) for (const { errors } of await ask()) expect(errors).toEqual([])
  expect(await lost()).toBeGreaterThan(500)
  const closed = alone.close()
  for (const socket of sockets) socket.destroy()
  silent.close()
  await closed
})

test('headers for the collector are read again when their file changes', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-otlp-')), 'headers')
  writeFileSync(file, 'x-key=first')
  const other = await startCollector()
  const watched = await startApp(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
      OTEL_EXPORTER_OTLP_HEADERS_FILE: file,
      OTEL_BSP_SCHEDULE_DELAY: '10',
    },
    app,
  )
  const sent = async () => {
    await watched.run('{ viewer { id } }')
    return other.text()
  }
  await expect.poll(sent, { interval: 20 }).toContain('"x-key":"first"')
  writeFileSync(file, 'x-key=second')
  await expect.poll(sent, { interval: 20 }).toContain('"x-key":"second"')
  expect(watched.log()).not.toContain('traces cannot be exported')
  await watched.close()
  await other.close()
})

test('without a collector the SDK of OpenTelemetry is not loaded', async () => {
  // A module is a function of the built server, with the name of its file.
  const loaded = `
    import { Session } from 'node:inspector'
    const session = new Session()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    process.on('SIGUSR2', () => session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      const sdk = result.flatMap(({ functions }) => functions).filter(({ functionName, ranges }) =>
        /@opentelemetry\\/(sdk|exporter|otlp)/.test(functionName) && ranges[0].count > 0)
      process.stdout.write('LOADED ' + sdk.length)
      process.exit()
    }))`
  const countOf = async (settings: Record<string, string>) => {
    const server = await startReplica(app, settings, loaded)
    await server.end('SIGUSR2')
    await expect.poll(server.output).toContain('LOADED')
    return Number(/LOADED (\d+)/.exec(server.output())![1])
  }
  expect(await countOf({})).toBe(0)
  expect(await countOf({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).toBeGreaterThan(10)
})
