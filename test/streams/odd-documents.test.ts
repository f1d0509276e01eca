import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { subscribers, TRANSPORTS } from '../support/subscriptions.js'

// Documents on which a rule of validation throws: they are refused as other invalid documents are.

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const FIELD = 'verificationResult(id: "1")'
const GIVEN = 'The root field of a subscription takes no @skip or @include whose condition is a variable.'
const MISSING = 'of type \\"Boolean!\\" is required'

const ODD: readonly (readonly [what: string, document: string, message: string])[] = [
  ['a variable', `subscription($x: Boolean!) { ${FIELD} @include(if: $x) { id } }`, GIVEN],
  ['a variable with a default', `subscription($x: Boolean! = true) { ${FIELD} @skip(if: $x) { id } }`, GIVEN],
  ['a variable that is not declared', `subscription { ${FIELD} @include(if: $x) { id } }`, 'is not defined'],
  ['nothing', `subscription { ${FIELD} @include { id } }`, MISSING],
  ['nothing, for @skip', `subscription { ${FIELD} @skip { id } }`, MISSING],
  ['a text', `subscription { ${FIELD} @include(if: "a") { id } }`, '"if":["expected Boolean"]'],
  ['a list', `subscription { ${FIELD} @include(if: [true, true]) { id } }`, '"if":["expected Boolean"]'],
  ['null', `subscription { ${FIELD} @include(if: null) { id } }`, '"if":["expected Boolean!"]'],
  ['a variable, in a fragment', `subscription($x: Boolean!) { ... @include(if: $x) { ${FIELD} { id } } }`, GIVEN],
  [
    'a variable, in a named fragment',
    `subscription($x: Boolean!) { ...F } fragment F on Subscription { ${FIELD} @include(if: $x) { id } }`,
    GIVEN,
  ],
  [
    'nothing, and more errors than are told',
    `subscription { nothing @include { id } ${Array.from({ length: 25 }, (_, i) => `none${i}`).join(' ')} }`,
    'Cannot query field',
  ],
  ['nothing, and a field that is none', `subscription { nothing @include { id } }`, 'Cannot query field'],
  [
    'nothing, in another operation of the document',
    `query A { viewer { id } } subscription B { ${FIELD} @include { id } }`,
    MISSING,
  ],
]

describe('a root field of a subscription under the condition of', () => {
  test.each(ODD)('%s is refused by POST', async (_what, document, message) => {
    const { status, errors, headers } = await app.run(document, { x: true })
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
    expect(JSON.stringify(errors)).toContain(message)
    expect(errors[0]!.extensions['correlationId']).toBe(headers.get('x-correlation-id'))
  })

  test.each(TRANSPORTS)('any of these is refused by %s', async (transport) => {
    for (const [what, document] of ODD) {
      const stream = await subscribers[transport](app, document, { x: true })
      const [refusal] = await stream.rest()
      expect([what, refusal?.errors?.[0]?.extensions.code]).toEqual([what, 'BAD_USER_INPUT'])
      stream.close()
    }
  })

  test('each is counted and logged as a refused operation, and none as an error of the server', async () => {
    expect(app.log()).not.toMatch(/unforeseen|apollo error|INTERNAL_SERVER_ERROR/)
    expect(app.log().split('"event.action":"operation"').length).toBeGreaterThan(3 * ODD.length)
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    expect(metrics).toMatch(/^kyc_graphql_errors_total\{code="BAD_USER_INPUT"\} [1-9]/m)
    expect(metrics).not.toMatch(/^kyc_graphql_errors_total\{code="INTERNAL_SERVER_ERROR"\} [1-9]/m)
  })

  test('a literal is taken', async () => {
    const { errors } = await app.run(`subscription { ${FIELD} @include(if: true) { id } }`)
    expect(errors[0]!.message).toMatch(/^A subscription needs POST/)
  })
})
