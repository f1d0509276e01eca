import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import { explain } from '../../src/dev/explain.js'
import { SpanMemory } from '../../src/dev/span-memory.js'
import { type App, startApp } from '../support/app.js'

interface Explained {
  readonly ownMs: number
  readonly waitedMs: number
  readonly questions: readonly {
    readonly question: string
    readonly asked: number
    readonly fromStore: number
    readonly calls: readonly Readonly<Record<string, any>>[]
  }[]
}

let app: App
beforeAll(async () => {
  const spans = new SpanMemory()
  app = await startApp({}, undefined, { explain: explain(spans), spanProcessors: [spans] })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

async function post(
  query: string,
  headers: Record<string, string> = { 'x-explain': '1' },
  to = app,
): Promise<{ data: any; errors?: unknown; explain: Explained }> {
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await to.token()}`, ...headers },
    body: JSON.stringify({ query }),
  })
  const { data, errors, extensions } = (await response.json()) as {
    data: unknown
    errors?: unknown
    extensions?: { explain: Explained }
  }
  return { data, errors, explain: extensions?.explain as Explained }
}
const people = CROWD.slice(0, 3)
const THREE = `{ ${people.map(({ personId }, n) => `p${n}: person(id: "${personId!}") { lastName }`).join(' ')} again: person(id: "${people[0]!.personId!}") { id } }`
const call = (rest: object) => ({
  provider: 'synctera',
  route: 'GET /v0/persons',
  made: 0,
  merged: 0,
  shared: 0,
  retried: 0,
  ms: expect.any(Array),
  ...rest,
})

describe('an explained operation', () => {
  test('counts the fields that asked and the calls made for them', async () => {
    const { explain: explanation } = await post(THREE)
    expect(explanation.questions).toEqual([
      { question: 'synctera.personById', asked: 4, fromStore: 0, calls: [call({ made: 1, merged: 3 })] },
    ])
    expect(explanation.questions[0]!.calls[0]!['ms']).toHaveLength(1)
  })

  test('separates the time it waited from its own time', async () => {
    app.fault('synctera', { match: 'GET /**', fault: 'slow', delayMs: 2_000, times: 0 })
    app.fault('obp', { match: 'GET /**', fault: 'slow', delayMs: 2_000, times: 0 })
    // Side by side: what is waited for at the same time counts once.
    const begun = performance.now()
    const { explain: explanation } = await post(
      `{ customer(id: "${ADA.customerId}") { legalName } person(id: "${ADA.personId}") { lastName } }`,
    )
    expect(explanation.waitedMs / 2000).toBeGreaterThan(0.95)
    expect(explanation.waitedMs + explanation.ownMs).toBeLessThan(performance.now() - begun)
  })

  test('marks retried calls', async () => {
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 503 })
    expect((await post(THREE)).explain.questions[0]!.calls).toEqual([call({ made: 1, merged: 3, retried: 1 })])
  })

  test('marks questions answered by a shared call', async () => {
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'slow', delayMs: 600, times: 0 })
    const explanation = (await Promise.all([post(THREE), post(THREE)])).map(
      ({ explain: { questions } }) => questions[0]!.calls[0],
    )
    expect(explanation).toEqual(expect.arrayContaining([call({ made: 1, merged: 3 }), call({ shared: 1, merged: 3 })]))
  })

  test('marks answers from the store', async () => {
    const check = `mutation { verifyAccount(input: { types: [NAME], account: { id: "${ADA.account}", idScheme: SCAN, name: "Accepted,Ada" } }) { result { state } } }`
    const [made, remembered] = [await post(check), await post(check)].map(({ explain: { questions } }) => questions)
    expect(made).toMatchObject([
      {
        question: 'banfico.verifyAccount',
        asked: 1,
        fromStore: 0,
        calls: [{ provider: 'banfico', route: 'POST /v1.0/account-verifications', made: 1 }],
      },
    ])
    expect(remembered).toEqual([{ question: 'banfico.verifyAccount', asked: 1, fromStore: 1, calls: [] }])
  })

  test('holds no id and no value', async () => {
    const { explain: explanation } = await post(
      `{ customer(id: "${ADA.customerId}") { legalName attributes { value } person { lastName } accountEntitlements { confirmed } } }`,
    )
    const text = JSON.stringify(explanation)
    for (const value of [
      ADA.customerId,
      ADA.personId!,
      ADA.bankId,
      ADA.bankingCustomerId,
      ADA.lastName,
      ADA.customerNumber,
    ])
      expect(text).not.toContain(value)
    expect(text).toContain('GET /obp/v4.0.0/banks/{}/customers/{}')
  })
})

test('answers carry an explanation only on request, and only from a development server', async () => {
  expect((await post(THREE, {})).explain).toBeUndefined()
  const deployed = await startApp({}, app)
  expect((await post(THREE, { 'x-explain': '1' }, deployed)).explain).toBeUndefined()
  await deployed.close()
})

test('the own time of every operation is in the metrics', async () => {
  const read = async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    return ['count', 'sum'].map((part) =>
      Number(new RegExp(`^kyc_overhead_seconds_${part} (\\S+)$`, 'm').exec(text)![1]),
    )
  }
  const [count, sum] = await read()
  app.fault('synctera', { match: 'GET /**', fault: 'slow', delayMs: 2_000, times: 0 })
  const begun = performance.now()
  await post(THREE, {})
  const took = (performance.now() - begun) / 1000
  const [later, grown] = await read()
  expect(later).toBe(count! + 1)
  expect(grown! - sum!).toBeGreaterThan(0)
  // The two seconds are the provider's.
  expect(grown! - sum!).toBeLessThan(took - 1.9)
})
