import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Quirks } from '../../datasources/emulator/quirks.js'
import { type Emulator, markOdd, runEmulator } from '../../datasources/emulator/run.js'
import { compareRecording } from '../../src/tools/contract/compare.js'
import { readDocument } from '../../src/tools/contract/document.js'
import { type ContractRun, exitCode, warnings } from '../../src/tools/contract/outcome.js'
import { record } from '../../src/tools/contract/recording.js'
import type { ContractReport } from '../../src/tools/contract/report.js'

/** A specification of cats, with what a version of OpenAPI says in its own words. */
const specification = (version: string, nullable: string) => `
openapi: ${version}
info: { title: Cats, version: 1.0.0 }
servers: [{ url: 'https://cats.example/{stage}', variables: { stage: { default: v1 } } }]
paths:
  /cats:
    get:
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
        - { name: ids, in: query, explode: false, schema: { type: array, items: { type: string, format: uuid } } }
      responses:
        '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Cats' } } } }
        4XX: { $ref: '#/components/responses/Problem' }
    post:
      parameters: [{ name: Idempotency-Key, in: header, required: true, schema: { type: string } }]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/Cat' } } }
      responses:
        '201': { content: { application/json: { schema: { $ref: '#/components/schemas/Cat' } } } }
        4XX: { $ref: '#/components/responses/Problem' }
  /cats/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: string, minLength: 2 } }]
      responses:
        '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Cat' } } } }
  /cats/newest:
    get: { responses: { '204': { description: none } } }
components:
  responses:
    Problem: { content: { application/problem+json: { schema: { type: object, required: [title] } } } }
  schemas:
    Cats:
      type: object
      required: [cats]
      properties: { cats: { type: array, items: { $ref: '#/components/schemas/Cat' } } }
    Cat:
      allOf:
        - $ref: '#/components/schemas/Named'
        - type: object
          required: [id, mood]
          properties:
            id: { type: string, readOnly: true }
            mood: { type: string, enum: [calm, wild] }
            ${nullable}
            tags: { type: object, additionalProperties: { type: string } }
    Named: { type: object, required: [name], properties: { name: { type: string } } }
`
const VERSIONS = {
  '3.0.3': specification('3.0.3', 'weight: { type: number, nullable: true, minimum: 0, exclusiveMinimum: true }'),
  '3.1.0': specification('3.1.0', 'weight: { type: [number, "null"], exclusiveMinimum: 0 }'),
}

const CAT = { id: 'c1', name: 'Tom', mood: 'calm', weight: null, tags: { 'tom@example.com': 'x' } }
const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-contract-test-'))
const openapi = join(folder, 'openapi.yaml')
let recording: string
/** What the emulator answers next. */
let answer: { status: number; body?: unknown; isOdd?: boolean }
let emulator: Emulator

const quirks = new Quirks({ odd: 'An odd answer.' })

beforeAll(async () => {
  emulator = await runEmulator(
    {
      quirks,
      settings: () => ({}),
      problem: (status) => ({
        body: { title: 'no' },
        headers: { 'content-type': `application/problem+json; v=${status}` },
      }),
      routes: (app) =>
        void app.all('/*', (_request, reply) => {
          if (answer.isOdd) markOdd(reply)
          return reply
            .code(answer.status)
            .header('content-type', answer.status >= 400 ? 'application/problem+json' : 'application/json')
            .send(answer.body === undefined ? undefined : JSON.stringify(answer.body))
        }),
    },
    { watch: (exchange) => record(recording, 'synctera', exchange) },
  )
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  emulator.clear()
  emulator.quirks([])
  recording = mkdtempSync(join(folder, 'recording-'))
  answer = { status: 200, body: { cats: [CAT] } }
  writeFileSync(openapi, VERSIONS['3.1.0'])
})

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly client?: string
}

const send = ({ path = '/v1/cats', method = 'GET', body, headers = {}, client = 'kyc-graph/1' }: Sent = {}) =>
  fetch(emulator.url + path, {
    method,
    headers: {
      'user-agent': client,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).then((response) => response.text())

const report = (...more: string[]) =>
  compareRecording({ folder: recording, provider: 'synctera', openapi: [openapi, ...more] }).report
/** The violations as one line each, by category. */
function found({ requests, answers, refused, direct, planted }: ContractReport = report()) {
  const lines = Object.entries({ requests, answers, refused, direct, planted }).map(([category, groups]) => [
    category,
    groups.map(({ operation, path, kind, count }) => `${count} ${operation} | ${path} | ${kind}`),
  ])
  return Object.fromEntries(lines.filter(([, groups]) => groups!.length > 0))
}

const create = (body: unknown, headers = { 'idempotency-key': 'k' }): Sent => ({ method: 'POST', body, headers })

describe.each(Object.entries(VERSIONS))('OpenAPI %s', (_version, text) => {
  beforeEach(() => writeFileSync(openapi, text))

  test('traffic as the specification says it has no violation', async () => {
    await send({
      path: '/v1/cats?limit=5&ids=7d943c51-e4ff-4e57-9558-08cab6b963c7,05e2ddf3-d172-450e-9cf3-7a34f76a414f',
    })
    await send({ path: '/cats' })
    answer = { status: 201, body: CAT }
    await send(create({ name: 'Tom', mood: 'wild' }))
    answer = { status: 422, body: { title: 'no' } }
    await send(create({ name: 'Tom', mood: 'wild' }))
    answer = { status: 204 }
    await send({ path: '/v1/cats/newest' })
    expect(found()).toEqual({})
    expect(report().usedOperations).toEqual(['GET /cats', 'GET /cats/newest', 'POST /cats'])
  })

  test.each<[string, object, string]>([
    ['a word that the list does not have', { ...CAT, mood: 'odd' }, 'mood | unknown word'],
    ['a missing member', { ...CAT, name: undefined }, 'name | missing member'],
    ['a member of another type', { ...CAT, name: 7 }, 'name | type'],
    ['null where it is not allowed', { ...CAT, mood: null }, 'mood | type'],
    ['a member that is not documented', { ...CAT, colour: 'red' }, 'colour | undocumented member'],
    ['a value of a map of another type', { ...CAT, tags: { 'tom@example.com': 1 } }, 'tags.{} | type'],
    ['a number on the excluded limit', { ...CAT, weight: 0 }, 'weight | range'],
  ])('an answer with %s is found', async (_what, cat, line) => {
    answer = { status: 200, body: { cats: [cat, cat] } }
    await send()
    expect(found()['answers']).toContain(`2 GET /cats | 200 cats[].${line}`)
    expect(found()).toHaveProperty('answers.length', line.includes('mood | type') ? 2 : 1)
  })
})

test.each<[string, Sent, string]>([
  ['a parameter of another type', { path: '/v1/cats?limit=many' }, '1 GET /cats | query limit | type'],
  ['a parameter out of range', { path: '/v1/cats?limit=101' }, '1 GET /cats | query limit | range'],
  ['a list with an item of another format', { path: '/v1/cats?ids=a' }, '1 GET /cats | query ids [] | format'],
  ['a parameter given twice', { path: '/v1/cats?limit=1&limit=2' }, '1 GET /cats | query limit | repeated parameter'],
  ['an undocumented parameter', { path: '/v1/cats?page=1' }, '1 GET /cats | query page | undocumented parameter'],
  ['a path parameter that is too short', { path: '/v1/cats/a' }, '1 GET /cats/{id} | path id | length'],
])('a request with %s is found', async (_what, sent, line) => {
  await send(sent)
  expect(found()['requests']).toEqual([line])
})

test.each<[string, Sent, readonly string[]]>([
  [
    'without its header',
    create({ name: 'Tom', mood: 'calm' }, {} as never),
    ['header idempotency-key | missing parameter'],
  ],
  ['without its body', { method: 'POST', headers: { 'idempotency-key': 'k' } }, ['body | missing body']],
  ['with a typing error', create({ nam: 'Tom', mood: 'calm' }), ['body name | missing member']],
  ['with a further member', create({ name: 'Tom', mood: 'calm', age: 3 }), ['body age | undocumented member']],
])('a write %s is found', async (_what, sent, lines) => {
  answer = { status: 201, body: CAT }
  await send(sent)
  expect(found()['requests']).toEqual(lines.map((line) => `1 POST /cats | ${line}`))
})

test('an answer with a status or a body that is not documented is found', async () => {
  answer = { status: 503, body: { title: 'no' } }
  await send()
  answer = { status: 204 }
  await send({ path: '/v1/cats/newest' })
  answer = { status: 203, body: [] }
  await send({ path: '/v1/cats/newest' })
  expect(found()).toEqual({
    answers: ['1 GET /cats | 503 | undocumented status', '1 GET /cats/newest | 203 | undocumented status'],
  })
})

test('what tests cause on purpose is no violation', async () => {
  answer = { status: 400, body: { title: 'no' } }
  await send({ path: '/v1/cats?limit=many' })
  answer = { status: 200, body: { cats: [{}] } }
  await send({ path: '/v1/cats?limit=many', client: 'node-fetch' })
  answer = { ...answer, isOdd: true }
  await send()
  answer = { ...answer, isOdd: false }
  emulator.quirks(['odd'])
  await send()
  emulator.quirks([])
  emulator.fault({ match: 'GET /v1/cats', fault: 'html' })
  await send()
  const { requests, answers, refused, direct, planted } = report()
  expect([requests, answers]).toEqual([[], []])
  expect(refused.map(({ kind }) => kind)).toEqual(['type'])
  expect(direct.map(({ side, kind }) => `${side} ${kind}`)).toContain('request type')
  expect(planted.map(({ kind, count }) => `${count} ${kind}`).sort()).toEqual([
    '1 media type',
    '2 missing member',
    '2 missing member',
    '2 missing member',
  ])
})

test.each<[what: string, sent: Sent, versions: object, undescribed: readonly string[]]>([
  ['another version', { path: '/v2/cats' }, { v2: 1 }, []],
  ['a path of another version that this one does not have', { path: '/v1.1/dogs/Tom' }, { 'v1.1': 1 }, []],
  ['an unknown path of the version', { path: '/v1/dogs/T0m?name=Tom' }, {}, ['GET /v1/dogs/{}']],
  ['an unknown path with a word of the document', { path: '/v1/Dogs/newest' }, {}, ['GET /v1/{}/newest']],
  ['a version at another place', { path: '/cats/v2/toys' }, {}, ['GET /cats/v2/toys']],
  ['an unknown method', { method: 'PATCH' }, {}, ['PATCH /v1/cats']],
])('a request for %s is told apart, and no violation', async (_what, sent, versions, undescribed) => {
  // The answer is odd as well; nothing says so without a document.
  answer = { status: 299, body: 'odd' }
  await send(sent)
  expect(report().otherVersions).toEqual(versions)
  expect(report().undescribed).toEqual(undescribed.map((operation) => ({ operation, count: 1 })))
  expect(found()).toEqual({})
})

test('what tests send to the emulator themselves is no operation of the graph', async () => {
  await send({ path: '/v1/dogs', client: 'node-fetch' })
  expect(report().undescribed).toEqual([])
  expect(found()).toEqual({ direct: ['1 GET /v1/dogs | path | unknown operation'] })
})

describe('a second document', () => {
  const second = join(folder, 'second.yaml')
  const json = (schema: string) => `{ content: { application/json: { schema: ${schema} } } }`
  beforeEach(() =>
    writeFileSync(
      second,
      `
openapi: 3.0.0
info: { title: Dogs, version: 2.0.0 }
paths:
  /v1/dogs: { get: { responses: { '200': ${json("{ $ref: '#/components/schemas/Cats' }")} } } }
  /v1/cats/oldest: { get: { responses: { '200': ${json('{ type: object, required: [age] }')} } } }
  /v1/cats: { get: { responses: { '299': { description: another } } }, delete: { responses: { '204': { description: none } } } }
  /v2/cats: { get: { responses: { '200': ${json('{}')} } } }
components: { schemas: { Cats: { type: object, required: [dogs], properties: { dogs: { type: array } } } } }
`,
    ),
  )

  test.each<[what: string, sent: Sent, answered: { status: number; body?: unknown }, line: string | undefined]>([
    ['an operation that the first lacks', { path: '/v1/dogs' }, { status: 200, body: { dogs: [] } }, undefined],
    [
      'a schema of a name that the first has too',
      { path: '/v1/dogs' },
      { status: 200, body: { cats: [CAT] } },
      '1 GET /v1/dogs | 200 dogs | missing member',
    ],
    ['another method of a path', { method: 'DELETE' }, { status: 204 }, undefined],
    [
      'a path that a parameter of the first would match',
      { path: '/v1/cats/oldest' },
      { status: 200, body: { mood: 'calm' } },
      '1 GET /v1/cats/oldest | 200 age | missing member',
    ],
    ['another version', { path: '/v2/cats' }, { status: 200, body: {} }, undefined],
    [
      'an operation that the first has, which counts',
      {},
      { status: 299, body: { cats: [] } },
      '1 GET /cats | 299 | undocumented status',
    ],
  ])('adds %s', async (_what, sent, answered, line) => {
    answer = answered
    await send(sent)
    expect(report(second)).toMatchObject({ undescribed: [], otherVersions: {} })
    expect(found(report(second))).toEqual(line === undefined ? {} : { answers: [line] })
  })

  test('counts first where it is named first', async () => {
    answer = { status: 299 }
    await send()
    const { report } = compareRecording({ folder: recording, provider: 'synctera', openapi: [second, openapi] })
    expect([found(report), report.usedOperations]).toEqual([{}, ['GET /v1/cats']])
  })
})

test('a version that the document describes is compared', async () => {
  writeFileSync(
    openapi,
    'openapi: 3.1.0\ninfo: { title: Cats, version: 1.0.0 }\npaths:\n  /v1.0/cats: { get: { responses: { "200": { content: { application/json: {} } } } } }\n  /v1.1/cats: { get: { responses: { "204": { description: none } } } }\n',
  )
  for (const path of ['/v1.0/cats', '/v1.1/cats', '/v1.2/cats']) await send({ path })
  expect(report()).toMatchObject({ otherVersions: { 'v1.2': 1 }, usedOperations: ['GET /v1.0/cats', 'GET /v1.1/cats'] })
  expect(found()).toEqual({ answers: ['1 GET /v1.1/cats | 200 | undocumented status'] })
})

test('a report holds no value', async () => {
  answer = { status: 200, body: { cats: [{ ...CAT, mood: 'SECRET-1', tags: { 'SECRET 2': 5 }, 'SECRET 3': 1 }] } }
  await send({ path: '/v1/cats/SECRET-4/SECRET-5?limit=SECRET-6' })
  await send({ path: '/v1/cats?limit=SECRET-7&SECRET.8=1' })
  expect(report().answers).not.toEqual([])
  expect(JSON.stringify(report())).not.toContain('SECRET')
})

test('a token request belongs to no specification', async () => {
  await send({ path: '/oauth/token', method: 'POST', body: { grant_type: 'client_credentials' } })
  expect(found()).toEqual({})
  expect(report().tokenRequests).toBe(1)
})

test('a recording holds no credential', async () => {
  await send({ headers: { authorization: 'Bearer SECRET', cookie: 'SECRET' } })
  const { stdout } = spawnSync('cat', [join(recording, `synctera-${process.pid}.jsonl`)], { encoding: 'utf8' })
  expect(stdout).toContain('"url":"/v1/cats"')
  expect(stdout).not.toContain('SECRET')
})

describe('a table of endpoints', () => {
  const TABLE = [
    {
      operationId: 'getCat',
      method: 'GET',
      path: '/obp/v4.0.0/cats/{CAT_ID}',
      successStatus: 200,
      responseExample: { id: 'c', born: '2017-09-19T00:00:00Z', day: '2017-09-19', lives: 9, toys: [{ name: 'ball' }] },
      errorBehaviour: [{ status: 409 }],
    },
    {
      operationId: 'addCat',
      method: 'POST',
      path: '/obp/v4.0.0/cats',
      successStatus: 201,
      requestExample: { name: 'Tom', toys: [] },
      requestFields: { toys: 'list; may be omitted' },
      responseExample: { id: 'c' },
    },
  ]
  const cat = { id: 'c', born: '2020-01-01T00:00:00Z', day: '', lives: null, toys: [] }
  beforeEach(() => writeFileSync(openapi, JSON.stringify(TABLE)))

  test.each<[string, object, readonly string[]]>([
    ['as the example', cat, []],
    ['with milliseconds', { ...cat, born: '2020-01-01T00:00:00.000Z' }, ['born | pattern']],
    ['with a number as a text', { ...cat, lives: '9' }, ['lives | type']],
    ['with a row that lacks a member', { ...cat, toys: [{}] }, ['toys[].name | missing member']],
    ['with one more member', { ...cat, colour: 'red' }, ['colour | undocumented member']],
  ])('an answer %s is compared with the example', async (_what, body, lines) => {
    answer = { status: 200, body }
    await send({ path: '/obp/v4.0.0/cats/c' })
    expect(found()['answers'] ?? []).toEqual(lines.map((line) => `1 GET /obp/v4.0.0/cats/{CAT_ID} | 200 ${line}`))
  })

  test('a request needs the members of the example that may not be omitted', async () => {
    answer = { status: 201, body: { id: 'c' } }
    await send({ path: '/obp/v4.0.0/cats', method: 'POST', body: { name: 'Tom' } })
    expect(found()).toEqual({})
    await send({ path: '/obp/v4.0.0/cats', method: 'POST', body: { toys: [] } })
    expect(found()['requests']).toEqual(['1 POST /obp/v4.0.0/cats | body name | missing member'])
  })
})

test.each([
  ['swagger: "2.0"', 'neither an OpenAPI document'],
  ['[]', 'neither an OpenAPI document'],
  ['openapi: 3.0.0\npaths: { /a: { $ref: other.yaml } }', 'bundle the specification'],
  ["openapi: 3.0.0\npaths: { /a: { $ref: '#/nowhere' } }", 'leads nowhere'],
])('the specification %j is refused with a sentence', (text, sentence) => {
  writeFileSync(openapi, text)
  expect(report).toThrow(sentence)
})

test('JSON is read like YAML', () => {
  writeFileSync(openapi, '{ "openapi": "3.1.0", "paths": {} }')
  expect(readDocument(openapi)).toEqual({ openapi: '3.1.0', paths: {} })
})

describe('the command', () => {
  const command = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        'src/tools/contract.ts',
        '--provider',
        'synctera',
        '--openapi',
        openapi,
        '--recording',
        recording,
        ...args,
      ],
      { encoding: 'utf8' },
    )
    return { status, stdout, stderr }
  }

  test('it exits with 0 without violations, and with 1 for one', async () => {
    await send()
    await send({ path: '/v1/dogs' })
    expect(command()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Requests of the graph that break the specification: 0') as string,
      stderr: 'Operations that no document describes, not compared: 1. Add a document with --openapi.\n',
    })
    answer = { status: 200, body: { cats: [{ ...CAT, mood: 'odd' }] } }
    await send()
    const { status, stdout } = command('--json', '--openapi', openapi)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      provider: 'synctera',
      specifications: ['Cats 1.0.0', 'Cats 1.0.0'],
      exchanges: 3,
      undescribed: [{ operation: 'GET /v1/dogs', count: 1 }],
      answers: [{ kind: 'unknown word' }],
    })
  })

  const found = { operation: 'o', path: '', kind: '', detail: '', side: 'answer' as const, count: 1 }
  const good = {
    exchanges: 2,
    tokenRequests: 0,
    otherVersions: {},
    usedOperations: ['GET /cats'],
    undescribed: [],
    ...{ requests: [], answers: [], refused: [], direct: [], planted: [] },
  }
  const dogs = [{ operation: 'GET /v1/dogs', count: 1 }]

  test.each<[what: string, report: ContractReport, run: Partial<ContractRun>, code: number, sentences: RegExp]>([
    ['no violation', good, {}, 0, /^$/],
    ['no violation, with --strict', good, { isStrict: true }, 0, /^$/],
    ['a broken request', { ...good, requests: [found] }, {}, 1, /^$/],
    ['a broken answer and a failed test', { ...good, answers: [found] }, { hasFailed: true }, 1, /^A test failed/],
    ['a failed test', good, { hasFailed: true }, 2, /^A test failed/],
    ['nothing recorded', { ...good, exchanges: 0, usedOperations: [] }, {}, 2, /^No exchange/],
    ['nothing described', { ...good, usedOperations: [], undescribed: dogs }, {}, 2, /nothing was compared\.$/],
    ['nothing described', { ...good, usedOperations: [], undescribed: dogs }, { isStrict: true }, 2, /compared\.$/],
    ['a part not described', { ...good, undescribed: dogs }, {}, 0, /not compared: 1\. Add a document/],
    ['a part not described', { ...good, undescribed: dogs }, { isStrict: true }, 1, /--strict counts them/],
    ['what tests sent', { ...good, direct: [found], refused: [found], planted: [found] }, {}, 0, /^$/],
  ])('for %s it exits as the table says', (_what, report, run, code, sentences) => {
    const outcome = { hasFailed: false, isStrict: false, ...run }
    expect(exitCode(report, outcome)).toBe(code)
    expect(warnings(report, outcome).join(' ')).toMatch(sentences)
  })
})
