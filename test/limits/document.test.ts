import { readdirSync, readFileSync } from 'node:fs'
import { getIntrospectionQuery, getOperationAST, Kind, OperationTypeNode, parse } from 'graphql'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEIGHTS } from '../../schema/cost-classes.js'
import { MAX_COST } from '../../src/limits/cost-estimator.js'
import { MAX } from '../../src/limits/document.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** The whole answer, with the parts that `run` omits. */
async function ask(query: string, variables: object): Promise<any> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
    body: JSON.stringify({ query, variables }),
  })
  return response.json()
}

const many = (count: number, item: (i: number) => string) => Array.from({ length: count }, (_, i) => item(i)).join(' ')
const nested = (levels: number) => `${'... { '.repeat(levels - 1)} viewer { id } ${'} '.repeat(levels - 1)}`

const OVER: [keyof typeof MAX, string][] = [
  ['tokens', `{ ${'viewer '.repeat(MAX.tokens)} }`],
  ['definitions', `{ viewer { id } } ${many(MAX.definitions, (i) => `query Q${i} { viewer { id } }`)}`],
  ['selections', `{ viewer { ${many(MAX.selections, (i) => `f${i}`)} } }`],
  ['variables', `query(${many(MAX.variables + 1, (i) => `$v${i}: ID`)}) { viewer { id } }`],
  ['levels', `{ ${nested(MAX.levels)} }`],
  [
    'levels',
    `{ ...F0 } ${many(MAX.levels, (i) => `fragment F${i} on Query { ${i + 1 === MAX.levels ? 'viewer { id }' : `...F${i + 1}`} }`)}`,
  ],
  ['root fields', `{ ${many(MAX['root fields'] + 1, (i) => `a${i}: viewer { id }`)} }`],
  [
    'root fields',
    `{ ...A ...B } fragment A on Query { ${many(30, (i) => `a${i}: viewer { id }`)} } fragment B on Query { ${many(30, (i) => `b${i}: viewer { id }`)} }`,
  ],
  ['aliases', `{ viewer { ${many(MAX.aliases + 1, (i) => `a${i}: id`)} } }`],
  ['characters in one alias', `{ viewer { ${'a'.repeat(MAX['characters in one alias'] + 1)}: id } }`],
  // Each use of a fragment counts, not its text.
  [
    'aliases',
    `{ ${many(11, (i) => `a${i}: viewer { ...F }`)} } fragment F on Viewer { ${many(10, (i) => `b${i}: id`)} }`,
  ],
  ['directives', `{ viewer { ${many(MAX.directives + 1, (i) => `a${i}: id @include(if: true)`)} } }`],
  ['directives in one place', `{ viewer { id ${'@include(if: true) '.repeat(MAX['directives in one place'] + 1)} } }`],
  [
    'directives in one place',
    `query ${'@include(if: true) '.repeat(MAX['directives in one place'] + 1)} { viewer { id } }`,
  ],
  [
    'fields of the same name in one place',
    `{ viewer { ${'id '.repeat(MAX['fields of the same name in one place'] + 1)} } }`,
  ],
  // All of them are one response key, wherever they are in the document.
  ['fields of the same name in one place', `{ ${'viewer { id id id id id } '.repeat(5)} }`],
  [
    'fields of the same name in one place',
    `{ viewer { ...A ...B } } fragment A on Viewer { ${'id '.repeat(11)} } fragment B on Viewer { ${'... { id } '.repeat(11)} }`,
  ],
  // Validation reads an unused fragment too.
  ['fields of the same name in one place', `{ viewer { id } } fragment A on Viewer { ${'id '.repeat(21)} }`],
]

test.each(OVER)('a document of too many %s is refused each time it is sent', async (what, query) => {
  for (let i = 0; i < 2; i += 1) {
    const { status, data, errors } = await app.run(query)
    expect([status, data]).toEqual([400, undefined])
    expect(errors).toMatchObject([
      {
        message: `The document has more than ${MAX[what]} ${what}.`,
        extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false, correlationId: expect.any(String) },
      },
    ])
  }
})

test('an operation over the cost limit is refused without a provider call', async () => {
  app.clear()
  const { status, errors } = await app.run(
    'query($of: [_Any!]!) { _entities(representations: $of) { ... on Person { id } } }',
    { of: Array(MAX_COST + 1).fill({}) },
  )
  expect(status).toBe(400)
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/^The operation costs \d+, more than the 25000 that one may cost\.$/),
      extensions: { code: 'QUERY_TOO_COMPLEX' },
    },
  ])
  expect(app.calls('synctera')).toEqual([])
})

test('entity references cost about as much as a query for each of them', async () => {
  const { extensions } = await ask('query($of: [_Any!]!) { _entities(representations: $of) { __typename } }', {
    of: Array(20).fill({ __typename: 'Customer', bankId: 'no.bank', id: 'nobody' }),
  })
  expect(extensions.cost.requested).toBeGreaterThanOrEqual(20 * WEIGHTS.call)
})

test.each([
  ['is left out', {}],
  ['is null', { of: null }],
])('references whose variable %s are refused as any other value that is missing', async (_what, variables) => {
  const { status, errors } = await app.run(
    'query($of: [_Any!]!) { _entities(representations: $of) { __typename } }',
    variables,
  )
  expect([status, errors[0]!.extensions.code, errors[0]!.extensions.fields]).toEqual([
    400,
    'BAD_USER_INPUT',
    { representations: ['is required ([_Any!]!)'] },
  ])
})

test("a subscription that asks for JSON is the client's error and is not logged as unforeseen", async () => {
  expect(await app.run('subscription { verificationResult(id: "1") { id } }')).toMatchObject({
    status: 400,
    errors: [{ message: expect.stringContaining('accept: text/event-stream'), extensions: { code: 'BAD_USER_INPUT' } }],
  })
  expect(app.log()).not.toContain('unforeseen')
})

const OPERATIONS = readdirSync(new URL('../../schema/operations/', import.meta.url))
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => [file, readFileSync(new URL(`../../schema/operations/${file}`, import.meta.url), 'utf8')] as const)

test.each(OPERATIONS)('%s is well within the limits', (_file, text) => {
  expect(() => parse(text, { maxTokens: MAX.tokens / 4 })).not.toThrow()
})

test('the published operations and introspection by tools are accepted', async () => {
  const whole = OPERATIONS.map(([, text]) => text).join('\n')
  const names = parse(whole).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.QUERY
      ? definition.name!.value
      : [],
  )
  for (const name of names) {
    const alone = getOperationAST(parse(whole), name)!
    const { errors } = await app.run(whole.slice(alone.loc!.start, alone.loc!.end), {
      first: 100,
      customerId: 'nobody',
      verificationId: 'none',
      jobKey: 'none',
      key: 'none',
      id: 'none',
    })
    expect(errors.map(({ extensions }) => extensions.code)).not.toContain('QUERY_TOO_COMPLEX')
  }
  expect(
    (
      await app.run(
        getIntrospectionQuery({
          inputValueDeprecation: true,
          specifiedByUrl: true,
          directiveIsRepeatable: true,
          schemaDescription: true,
        }),
      )
    ).errors,
  ).toEqual([])
})
