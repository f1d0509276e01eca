import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BANK, PEOPLE } from '../../../datasources/emulator/people.js'
import { type CustomerFilter, CustomersWithPersonsDocument } from '../../../schema/operations/index.js'
import { type App, startApp } from '../../support/app.js'

const CROWD = 1_000
const PAGE = 97

let app: App
beforeAll(async () => {
  app = await startApp()
  for (const { url } of [app.emulators.obp, app.emulators.synctera])
    expect(
      (
        await fetch(`${url}/__emulator/crowd`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ count: CROWD }),
        })
      ).status,
    ).toBe(204)
})
afterAll(() => app.close())

interface Connection<Node> {
  readonly nodes: readonly Node[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null }
}

/** All nodes, page by page, and how many each page had. */
async function walk<Node>(ask: (after: string | null, page: number) => Promise<Connection<Node>>) {
  const nodes: Node[] = []
  const sizes: number[] = []
  for (let after: string | null = null; ;) {
    const page: Connection<Node> = await ask(after, sizes.length)
    nodes.push(...page.nodes)
    sizes.push(page.nodes.length)
    if (!page.pageInfo.hasNextPage) return { nodes, sizes }
    // A list that never ends must fail and not hang.
    expect(sizes.length).toBeLessThan(2 * CROWD)
    after = page.pageInfo.endCursor!
    expect(after).toEqual(expect.any(String))
  }
}

const pagesOf = (total: number) => [...Array.from({ length: Math.floor(total / PAGE) }, () => PAGE), total % PAGE]

describe.each<[NonNullable<CustomerFilter['sortDirection']>]>([['DESC'], ['ASC']])(
  'a thousand customers in pages of 97, %s',
  (sortDirection) => {
    test('are complete, in order and without duplicates', async () => {
      app.clear()
      const { nodes, sizes } = await walk(async (after) => {
        const { data, errors } = await app.run(
          CustomersWithPersonsDocument,
          { first: PAGE, after, filter: { sortDirection } },
          { scopes: ['customers:read', 'persons:read'] },
        )
        expect(errors).toEqual([])
        return data.customers!
      })
      const ofBank = PEOPLE.filter(({ bankId }) => bankId === BANK)
      expect(sizes).toEqual(pagesOf(CROWD + ofBank.length))
      const ids = new Set(nodes.map(({ id }) => id))
      expect(ids.size).toBe(nodes.length)
      expect([...ids]).toEqual(expect.arrayContaining(ofBank.map(({ customerId }) => customerId)))
      const dates = nodes.map(({ lastOkDate }) => lastOkDate!)
      expect(dates).toEqual(sortDirection === 'ASC' ? [...dates].sort() : [...dates].sort().reverse())
      expect(app.calls('obp').filter((call) => call.includes('/firehose/')).length).toBeLessThanOrEqual(
        sizes.length + 1,
      )
      expect(app.calls('synctera').length).toBeLessThanOrEqual(ofBank.length)
    })
  },
)

describe('a thousand persons', () => {
  const PERSONS =
    'query($first: Int, $after: String, $orderBy: [PersonOrder!]) { persons(first: $first, after: $after, orderBy: $orderBy) { nodes { id firstName } pageInfo { hasNextPage endCursor } } }'
  const total = CROWD + PEOPLE.filter(({ personId }) => personId !== undefined).length

  async function walkPersons(sizeOf: (page: number) => number, orderBy?: object[]) {
    const walked = await walk<{ id: string; firstName: string }>(async (after, page) => {
      const { data, errors } = await app.run(PERSONS, { first: sizeOf(page), after, orderBy })
      expect(errors).toEqual([])
      return data.persons
    })
    expect(walked.nodes).toHaveLength(total)
    expect(new Set(walked.nodes.map(({ id }) => id)).size).toBe(total)
    return walked
  }

  test('in pages of 97 are complete and without duplicates, with one call for each page', async () => {
    app.clear()
    const { sizes } = await walkPersons(() => PAGE)
    expect(sizes).toEqual(pagesOf(total))
    expect(app.calls('synctera')).toHaveLength(sizes.length)
  })

  test.each(['ASC', 'DESC'])('are complete in the requested order, %s', async (direction) => {
    const { nodes } = await walkPersons(() => PAGE, [{ field: 'FIRST_NAME', direction }])
    const names = nodes.map(({ firstName }) => firstName)
    expect(names).toEqual(direction === 'ASC' ? [...names].sort() : [...names].sort().reverse())
  })

  test.each([[undefined], [null], [[]]])('are the oldest first with the order %j', async (orderBy) => {
    app.clear()
    const { errors } = await app.run(PERSONS, { first: 5, orderBy })
    expect(errors).toEqual([])
    expect(app.calls('synctera')).toEqual(['GET /v0/persons?sort_by=creation_time:asc&limit=5'])
  })

  test('are complete when the page size changes between pages', async () => {
    const sizes = [97, 5, 100, 1, 64]
    await walkPersons((page) => sizes[page % sizes.length]!)
  })
})
