import { randomUUID } from 'node:crypto'
import { print } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { PersonByIdDocument } from '../../schema/operations/index.js'
import { isIdentifier } from '../../src/observability/correlation-id-form.js'
import { traceContextOf } from '../../src/observability/trace-context.js'
import { type App, type RunOptions, startApp } from '../support/app.js'

const VIEWER = '{ viewer { id } }'
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`

let all: App
let notable: App
beforeAll(async () => {
  all = await startApp({ LOG_OPERATIONS: 'all' })
  notable = await startApp({ LOG_SLOW_OPERATION_MS: '300' }, all)
})
beforeEach(() => all.clear())
afterAll(async () => {
  await notable.close()
  await all.close()
})

type Line = Readonly<Record<string, any>>

/** Runs an operation, and answers the lines of the log that it left. */
async function linesOf(app: App, query: string, variables = {}, options: RunOptions = {}): Promise<readonly Line[]> {
  const before = app.log().length
  await app.run(query, variables, options)
  return app
    .log()
    .slice(before)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
}
const operations = (lines: readonly Line[]) => lines.filter((line) => line['event.action'] === 'operation')

describe('the line of an operation', () => {
  test('has what it was, who asked, how it ended and what it cost, by the names of ECS', async () => {
    const id = randomUUID()
    const lines = await linesOf(
      all,
      print(PersonByIdDocument),
      { id: ADA.personId },
      {
        headers: { 'x-correlation-id': id, traceparent: TRACEPARENT },
      },
    )
    expect(operations(lines)).toEqual([
      {
        'log.level': 'info',
        '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        'ecs.version': '8.11.0',
        'service.name': 'kyc-graph',
        message: 'operation',
        'event.action': 'operation',
        'event.outcome': 'success',
        'event.duration': expect.any(Number),
        'http.request.id': id,
        'trace.id': TRACE_ID,
        'kyc.client.id': 'tester',
        'kyc.operation': {
          type: 'query',
          name: 'PersonById',
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          cost: expect.any(Number),
          providerCalls: 2,
          ownMs: expect.any(Number),
        },
      },
    ])
    const [{ 'event.duration': duration, 'kyc.operation': operation } = {}] = operations(lines)
    expect(operation.ownMs * 1e6).toBeLessThan(duration)
    // The line of the provider call has the same ids.
    expect(lines.find((line) => line['event.action'] === 'provider-call')).toMatchObject({
      'log.level': 'debug',
      'http.request.id': id,
      'trace.id': TRACE_ID,
      'kyc.provider': 'synctera',
      'http.request.method': 'GET',
      'kyc.route': '/v0/persons/{}',
      'http.response.status_code': 200,
    })
  })

  test('has the codes of its errors, once each', async () => {
    const [line] = operations(
      await linesOf(all, `{ a: customer(id: "x") { id } b: customer(id: "x") { id } }`, {}, { scopes: [] }),
    )
    expect(line).toMatchObject({ 'log.level': 'warn', 'event.outcome': 'failure', 'error.code': ['FORBIDDEN'] })
  })

  test('does not name an operation that is not promised, and its hash does not depend on the values in it', async () => {
    const texts = [ADA.personId, 'another'].map((id) => `query Of_${ADA.lastName} { person(id: "${id}") { status } }`)
    const lines = [...(await linesOf(all, texts[0]!)), ...(await linesOf(all, texts[1]!))]
    const [one, two] = operations(lines).map((line) => line['kyc.operation'])
    expect(one.hash).toBe(two.hash)
    expect(one).not.toHaveProperty('name')
    expect(JSON.stringify(lines)).not.toContain(ADA.lastName)
  })

  test('tells a document that is not valid by its code alone', async () => {
    const [line] = operations(await linesOf(notable, '{ nothing }'))
    expect(line).toMatchObject({ 'error.code': ['BAD_USER_INPUT'], 'kyc.operation': { providerCalls: 0 } })
    expect(line!['kyc.operation']).not.toHaveProperty('hash')
  })
})

test('by default only what was slow or failed has a line, also at the level warn', async () => {
  expect(operations(await linesOf(notable, VIEWER))).toEqual([])
  expect(operations(await linesOf(notable, '{ customer(id: "x") { id } }', {}, { scopes: [] }))).toHaveLength(1)
  notable.fault('synctera', { match: 'GET /**', fault: 'slow', delayMs: 400, times: 0 })
  const [slow] = operations(await linesOf(notable, `{ person(id: "${ADA.personId}") { status } }`))
  expect(slow).toMatchObject({ 'log.level': 'warn', 'event.outcome': 'success' })
  expect(slow!['event.duration']).toBeGreaterThan(300e6)
})

test.each([
  // Ids that machines make.
  [randomUUID(), true],
  [randomUUID().toUpperCase(), true],
  [`req-${randomUUID()}`, true],
  ['12345678-1234-4123-8123-123456789012', true],
  [TRACE_ID, true],
  [TRACEPARENT, true],
  ['12345678901234567890123456789012', true],
  ['00f067aa0ba902b7', true],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAV', true],
  ['0ujtsYcgvSTl8PAuAdqWYSMnLOv', true],
  ['V1StGXR8_Z5jdHi6B-myT', true],
  ['V-StGXRqZkjdHibBEmyTc', true],
  ['9m4e2mr0ui3e8a215n4g', true],
  ['507f191e810c19729de860ea', true],
  ['Root=1-67891233-abcdef012345678912345678', true],
  ['Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1', true],
  ['105445aa7843bc8bf206b12000100000/1;o=1', true],
  ['1541815603606036480', true],
  ['MTIzNDU2Nzg5MGFiY2RlZg==', true],
  ['req-42', true],
  ['order.7:retry-2', true],
  ['gateway@eu-1:7f3a/2', true],
  ['a1'.repeat(64), true],
  // Not the form of an id.
  ['a1'.repeat(65), false],
  ['', false],
  ['two words 2', false],
  ['line\nbreak2', false],
  ['<script2>', false],
  ['"quoted2"', false],
  ['ü2', false],
  // Names.
  [ADA.lastName, false],
  ['lovelace', false],
  ['ada.lovelace', false],
  ['Ada-1815', false],
  ['AdaLovelace1815', false],
  ['x1Lovelace2b', false],
  ['Root=ada', false],
  [`Lovelace:${randomUUID()}`, false],
  ['TG92ZWxhY2U=', false],
  ['a'.repeat(128), false],
  // Numbers of persons.
  [ADA.ssn, false],
  ['ssn:123-45-6789', false],
  ['ssn123-45-6789', false],
  ['ssn_123456789', false],
  ['123456789', false],
  ['6789', false],
  ['10115', false],
  ['+49-171-1234567', false],
  ['tel:+1.202.555.0143', false],
  ['4111111111111111', false],
  ['card-4111-1111-1111-1111', false],
  ['6212345678901234560', false],
  ['acct4111111111111111', false],
  ['370400440532013000', false],
  ['C01234567', false],
  ['QQ123456C', false],
  ['X1234567L', false],
  ['RSSMRA85T10A562S', false],
  ['1987-03-04', false],
  ['1987-03-04T00:00:00Z', false],
  ['dob:4.3.1987', false],
  ['03/04/87', false],
  ['user-10.12.34.56', false],
  // Addresses, in base64 too.
  ['ada@example.com', false],
  ['mailto:ada@example.com;id=1', false],
  ['ada42@okbank', false],
  ['YWRhQGV4YW1wbGUuY29t', false],
  // IBANs.
  ['DE89370400440532013000', false],
  ['de89370400440532013000', false],
  ['GB29NWBK60161331926819', false],
  ['FR1420041010050500013M02606', false],
  ['NO9386011117947', false],
  ['BE68539007547034', false],
  ['AD1200012030200359100100', false],
  ['MT84MALT011000012345MTLCAST001S', false],
  ['GB29-NWBK-6016-1331-9268-19', false],
  ['iban:GB29NWBK60161331926819', false],
  ['id01-GB29NWBK60161331926819-7', false],
  ['GB28NWBK60161331926819', false],
  ['GB28NWBKA016B331C268D9', true],
])('%j as a correlation id: kept is %s', (given, isKept) => {
  expect(isIdentifier(given)).toBe(isKept)
})

test.each([
  ['/graphql', 'gateway@eu-1:7f3a/2', 'gateway@eu-1:7f3a/2'],
  ['/graphql/', 'gateway@eu-1:7f3a/2', 'gateway@eu-1:7f3a/2'],
  ['/graphql', ADA.email, TRACE_ID],
  ['/graphql/', ADA.ssn, TRACE_ID],
  ['/graphql', ADA.lastName, TRACE_ID],
  ['/graphql/', 'GB29NWBK60161331926819', TRACE_ID],
])('%s takes over a correlation id, else the id of the trace: %s', async (path, given, expected) => {
  const response = await fetch(all.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await all.token()}`,
      'x-correlation-id': given,
      traceparent: TRACEPARENT,
    },
    body: JSON.stringify({ query: '{ nothing }' }),
  })
  const { errors } = (await response.json()) as { errors: { extensions: { correlationId: string } }[] }
  expect([response.headers.get('x-correlation-id'), errors[0]!.extensions.correlationId]).toEqual([expected, expected])
})

test.each<
  [what: string, traceparent: string | undefined, tracestate: string | undefined, state: string | null | undefined]
>([
  ['without a state', TRACEPARENT, undefined, undefined],
  ['with a state', TRACEPARENT, 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
  ['with blanks', TRACEPARENT, 'a=1 , b=s:2', 'a=1,b=s:2'],
  ['with a tenant of a vendor', TRACEPARENT, 'fw529a3039@dt=FfIbNB4Q,ot=th:c', 'fw529a3039@dt=FfIbNB4Q,ot=th:c'],
  ['of a later version', `cc-${TRACE_ID}-00f067aa0ba902b7-01-what-the-future-is`, undefined, undefined],
  ['with a state that is too long', TRACEPARENT, `a=${'b'.repeat(600)}`, undefined],
  ['with a state that holds an address', TRACEPARENT, 'a=b,user=ada@example.com', undefined],
  ['with a state that holds a number of a person', TRACEPARENT, 'user=123-45-6789', undefined],
  ['with a state that holds an IBAN', TRACEPARENT, 'a=b,vendor=GB29NWBK60161331926819', undefined],
  ['with a state that holds a name', TRACEPARENT, `vendor=${ADA.lastName}`, undefined],
  ['with a number of a person as a key', TRACEPARENT, '4111111111111111=1', undefined],
  ['with a state of no members', TRACEPARENT, 'nothing', undefined],
  ['absent', undefined, 'rojo=1', null],
  ['in capitals', TRACEPARENT.toUpperCase(), undefined, null],
  ['of the version ff', `ff${TRACEPARENT.slice(2)}`, undefined, null],
  ['without a span', `00-${TRACE_ID}-0000000000000000-01`, undefined, null],
  ['without a trace', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined, null],
  ['with more than version 00 has', `${TRACEPARENT}-more`, undefined, null],
])('traceparent %s', (_what, traceparent, tracestate, state) => {
  const expected = state === null ? undefined : { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', traceFlags: 1, state }
  expect(traceContextOf({ traceparent, tracestate })).toEqual(expected)
})
