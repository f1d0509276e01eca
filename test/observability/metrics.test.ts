import { readFileSync } from 'node:fs'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type ErrorCode, ERROR_CODES } from '../../datasources/contract/error-codes.js'
import { outcomeOf } from '../../src/observability/outcome.js'
import { withGenerated } from '../../src/tools/generated.js'
import { metricTables } from '../../src/tools/metric-table.js'
import { type App, startApp } from '../support/app.js'
import { freePort } from '../support/redis.js'

const page = readFileSync('docs/metrics.md', 'utf8')
const CREATE = `mutation ($key: String) {
  createPerson(input: { isCustomer: true, status: ACTIVE, firstName: "Ida", lastName: "Moss", idempotencyKey: $key }) {
    person { id }
  }
}`

let app: App
beforeAll(async () => {
  app = await startApp({ ADMIN_PORT: String(await freePort()) })
})
afterAll(() => app.close())

const metrics = async (): Promise<string> => (await fetch(`${app.adminUrl}/metrics`)).text()
/** The value of a series; 0 where it is not there. */
const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )
/** By how much a series grows. */
async function growth(series: string, act: () => Promise<unknown>): Promise<number> {
  const before = valueOf(await metrics(), series)
  await act()
  return valueOf(await metrics(), series) - before
}

describe('the reference', () => {
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+)` \| (\w+), ([^|]+) \|/gm)].map(([, name, type, unit]) => [name!, { type, unit }]),
  )

  test('is current', () => {
    expect(withGenerated(page, 'metrics', metricTables())).toBe(page)
  })

  test('has every metric of a running server with its type, and no other', async () => {
    const running = [...(await metrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type])
    const documented = [...rows].map(([name, { type }]) => [name, type])
    expect(running.sort()).toEqual(documented.sort())
    for (const { unit } of rows.values()) expect(unit?.trim()).not.toBe('')
  })

  test('has every label of a running server', async () => {
    await app.run(`{ customer(id: "${ADA.customerId}") { id } }`)
    const series = [...(await metrics()).matchAll(/^(\w+)\{([^}]*)\}/gm)].map(([, name, labels]) => ({
      name: rows.has(name!) ? name! : name!.replace(/_(bucket|sum|count)$/, ''),
      labels: [...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le'),
    }))
    const undocumented = series.flatMap(({ name, labels }) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? ''
      return labels.filter((label) => !row.includes(`\`${label}\``)).map((label) => `${name} ${label}`)
    })
    expect(undocumented).toEqual([])
  })
})

describe('operations', () => {
  const count = (of: string, outcome: string) =>
    `kyc_graphql_operation_seconds_count{class="${of}",outcome="${outcome}"}`

  test.each<[string, string, string]>([
    ['query', 'ok', `{ customer(id: "${ADA.customerId}") { id } }`],
    ['list', 'ok', '{ customers(first: 1) { edges { node { id } } } }'],
    [
      'list',
      'ok',
      'query { ...F } fragment F on Query { ... on Query { persons(first: 1) { edges { node { id } } } } }',
    ],
    ['none', 'caller', '{ nothing }'],
  ])('a %s that ends as %s is counted so: %s', async (of, outcome, document) => {
    expect(await growth(count(of, outcome), () => app.run(document))).toBe(1)
  })

  test('an operation that is refused for want of a scope is its caller', async () => {
    const refused = () => app.run(`{ person(id: "${ADA.personId}") { id } }`, {}, { scopes: ['customers:read'] })
    expect(await growth(count('query', 'caller'), refused)).toBe(1)
  })

  test('a provider that fails is the provider, and not this server', async () => {
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 400 })
    app.fault('synctera', { match: 'GET /v0/persons/**', fault: 'malformed', times: 0 })
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'malformed', times: 0 })
    expect(await growth(count('query', 'provider'), () => app.run(`{ person(id: "${ADA.personId}") { id } }`))).toBe(1)
    app.clear()
  })

  test.each<[readonly unknown[], string]>([
    [[], 'ok'],
    [['FORBIDDEN', 'NOT_FOUND'], 'caller'],
    [['FORBIDDEN', 'PROVIDER_TIMEOUT', 'NOT_FOUND'], 'provider'],
    [['PROVIDER_TIMEOUT', 'STORE_UNAVAILABLE', 'FORBIDDEN'], 'server'],
    [['no code of ours'], 'server'],
    [[undefined], 'server'],
  ])('errors %j end an operation as %s', (codes, outcome) => {
    expect(outcomeOf(codes)).toBe(outcome)
  })

  test('every code has a side', () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
      expect(['caller', 'provider', 'server']).toContain(outcomeOf([code]))
  })

  test('a request that is refused as a whole is counted by its code', async () => {
    const refused = (code: string) => `kyc_requests_refused_total{code="${code}"}`
    expect(await growth(refused('UNAUTHENTICATED'), () => app.run('{ __typename }', {}, { token: 'x.y.z' }))).toBe(1)
    expect(await growth(refused('NOT_FOUND'), () => fetch(`${app.url}/nothing`))).toBe(1)
    expect(
      await growth(refused('BAD_USER_INPUT'), () => fetch(`${app.url}/graphql`, { method: 'PUT', body: '{}' })),
    ).toBe(1)
  })
})

describe('writes', () => {
  const written = (outcome: string) => `kyc_writes_total{provider="synctera",outcome="${outcome}"}`

  test('are counted by how they ended for their caller', async () => {
    const create = (key: string) => () => app.run(CREATE, { key })
    expect(await growth(written('done'), create('metrics-1'))).toBe(1)
    expect(await growth(written('replayed'), create('metrics-1'))).toBe(1)
    app.fault('synctera', { match: 'POST /v0/persons', fault: 'status', status: 400 })
    expect(await growth(written('refused'), create('metrics-2'))).toBe(1)
    app.fault('synctera', { match: 'POST /v0/persons', fault: 'drop-after-apply', times: 0 })
    expect(await growth(written('unknown'), () => app.run(CREATE, {}))).toBe(1)
    app.clear()
  })

  test('that are refused before they are begun are not counted', async () => {
    const text = await metrics()
    await app.run(CREATE, {}, { scopes: ['persons:read'] })
    for (const outcome of ['done', 'refused', 'unknown'])
      expect(valueOf(await metrics(), written(outcome))).toBe(valueOf(text, written(outcome)))
  })
})

test('each budget of memory has its size, and is empty at rest', async () => {
  const text = await metrics()
  for (const [budget, limit] of [
    ['request_bodies', 67_108_864],
    ['answers', 134_217_728],
    ['provider_answers', 67_108_864],
  ] as const) {
    expect(valueOf(text, `kyc_memory_budget_limit_bytes{budget="${budget}"}`)).toBe(limit)
    expect(valueOf(text, `kyc_memory_budget_used_bytes{budget="${budget}"}`)).toBe(0)
  }
})
