import { buildSchema, parse } from 'graphql'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { deprecatedUses } from '../../src/graphql/plugins/deprecation.js'
import { type App, startApp } from '../support/app.js'

const SCHEMA = buildSchema(`
  type Query { old: String @deprecated, item(by: By, at: Int @deprecated, kind: Kind): Item }
  type Item { id: ID!, name: String @deprecated(reason: "Use title."), title: String, item: Item }
  input By { id: ID, name: String @deprecated, by: [By!] }
  enum Kind { NEW OLD @deprecated }
`)

test.each<[what: string, document: string, uses: string[]]>([
  ['nothing', '{ item { id title } }', []],
  ['a field, under an alias', '{ new: old }', ['Query.old']],
  ['a nested field', '{ item { item { name } } }', ['Item.name']],
  ['a field in a fragment, twice', '{ item { ...F item { ...F } } } fragment F on Item { name }', ['Item.name']],
  ['an argument', '{ item(at: 1) { id } }', ['Query.item(at:)']],
  ['an input field', '{ item(by: { name: "x" }) { id } }', ['By.name']],
  ['an input field in a list', '{ item(by: { by: [{ name: "x" }] }) { id } }', ['By.name']],
  ['an enum value', '{ item(kind: OLD) { id } }', ['Kind.OLD']],
])('a document uses %s', (_what, document, uses) => expect(deprecatedUses(SCHEMA, parse(document))).toEqual(uses))

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const counts = async (): Promise<string[]> =>
  (await (await fetch(`${app.url}/metrics`)).text()).match(/^kyc_deprecated_uses_total\{.*$/gm) ?? []

test('uses are counted by coordinate and client, once for each operation', async () => {
  const variables = { id: ADA.customerId }
  const query = 'query($id: ID!) { customer(id: $id) { a: creditLimitRequests { rankAmount1 } addresses { status } } }'
  for (let i = 0; i < 2; i += 1) expect((await app.run(query, variables, { client: 'legacy-app' })).errors).toEqual([])
  await app.run('query($id: ID!) { customer(id: $id) { id } }', variables, { client: 'new-app' })
  await app.run('{ viewer { id creditLimitRequests } }', {}, { client: 'wrong-app' })
  expect((await counts()).sort()).toEqual([
    'kyc_deprecated_uses_total{coordinate="Customer.creditLimitRequests",client="legacy-app"} 2',
    'kyc_deprecated_uses_total{coordinate="CustomerAddress.status",client="legacy-app"} 2',
  ])
})

test('a subject in place of a client is no label', async () => {
  await app.run(
    'query($id: ID!) { customer(id: $id) { addresses { status } } }',
    { id: ADA.customerId },
    {
      client: 'a.person@example.com',
      claims: { client_id: undefined },
    },
  )
  const lines = await counts()
  expect(lines).toContain('kyc_deprecated_uses_total{coordinate="CustomerAddress.status",client="none"} 1')
  expect(lines.join()).not.toContain('a.person@example.com')
})
