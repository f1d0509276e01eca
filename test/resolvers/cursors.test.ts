import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA, BANK, OTHER_BANK } from '../../datasources/emulator/people.js'
import { cursorsOf, MAX_CURSOR_LENGTH } from '../../datasources/support/cursor.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { cipherOf } from '../support/keys.js'

const keys = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')] as const
const REDIS_URL = inject('redisUrl')

let app: App
/** A replica with the same key, one whose key is new and that still knows the other, and one of another deployment. */
let replica: App
let rotated: App
let stranger: App
beforeAll(async () => {
  app = await startApp({ REDIS_URL, STORE_ENCRYPTION_KEY: keys[0], OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  replica = await startApp({ REDIS_URL, STORE_ENCRYPTION_KEY: keys[0] }, app)
  rotated = await startApp({ REDIS_URL, STORE_ENCRYPTION_KEY: `${keys[1]},${keys[0]}` }, app)
  stranger = await startApp({ REDIS_URL, STORE_ENCRYPTION_KEY: keys[1] }, app)
})
beforeEach(() => app.clear())
afterAll(async () => {
  for (const other of [replica, rotated, stranger]) await other.close()
  await app.close()
})

const PERSONS =
  'query($first: Int, $after: String, $filter: PersonFilter, $orderBy: [PersonOrder!]) { list: persons(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { edges { cursor node { id } } pageInfo { hasNextPage startCursor endCursor } } }'
const CUSTOMERS =
  'query($first: Int, $after: String, $filter: CustomerFilter, $bankId: ID) { list: customers(first: $first, after: $after, filter: $filter, bankId: $bankId) { edges { cursor node { id } } pageInfo { hasNextPage startCursor endCursor } } }'
const LISTS = [
  ['persons', PERSONS],
  ['customers', CUSTOMERS],
] as const

async function cursorOf(document: string, variables: object = {}, options?: RunOptions): Promise<string> {
  const { data, errors } = await app.run(document, { first: 1, ...variables }, options)
  expect(errors).toEqual([])
  return data.list.pageInfo.endCursor as string
}

async function expectRefused(
  document: string,
  variables: { after: string },
  options?: RunOptions,
  of: App = app,
): Promise<void> {
  app.clear()
  const { data, errors } = await of.run<any>(document, { first: 1, ...variables }, options)
  expect(data).toEqual({ list: null })
  expect(errors).toMatchObject([
    {
      path: ['list'],
      message: 'The input is not valid: after.',
      extensions: { code: 'BAD_USER_INPUT', fields: { after: ['is not a cursor of this list'] } },
    },
  ])
  expect([...app.calls('synctera'), ...app.calls('obp')]).toEqual([])
}

describe.each(LISTS)('a cursor of %s', (_name, document) => {
  test('continues behind its row, and is the same each time', async () => {
    const { data } = await app.run(document, { first: 3 })
    const { edges, pageInfo } = data.list
    expect(pageInfo).toMatchObject({ startCursor: edges[0].cursor, endCursor: edges[2].cursor })
    expect(new Set(edges.map(({ cursor }: any) => cursor)).size).toBe(3)
    const next = await app.run(document, { first: 2, after: edges[0].cursor })
    expect(next.data.list.edges.map(({ node }: any) => node)).toEqual([edges[1].node, edges[2].node])
    expect(next.data.list.edges[1].node).toEqual(edges[2].node)
    for (const { cursor } of edges) expect(cursor.length).toBeLessThan(1_000)
    const again = await app.run(document, { first: 3 })
    expect(again.data.list).toEqual(data.list)
  })

  test('is good at every replica, and while keys rotate', async () => {
    const after = await cursorOf(document)
    const expected = await app.run(document, { first: 1, after })
    for (const other of [replica, rotated]) {
      const { data, errors } = await other.run(document, { first: 1, after })
      expect(errors).toEqual([])
      expect(data.list.edges.map(({ node }: any) => node)).toEqual(
        expected.data.list.edges.map(({ node }: any) => node),
      )
    }
    await expectRefused(document, { after }, {}, stranger)
  })

  test('says nothing in clear', async () => {
    const { data } = await app.run(document, { first: 5 })
    for (const { cursor, node } of data.list.edges) {
      const text = Buffer.from(cursor as string, 'base64url').toString('latin1')
      expect(text).not.toContain(node.id)
      expect(text).not.toMatch(/\d{4}-\d\d-\d\d|null/)
    }
  })

  test('that was changed anywhere is refused', async () => {
    const cursor = await cursorOf(document)
    const at = Array.from({ length: 12 }, (_, i) => Math.floor((i * (cursor.length - 1)) / 11))
    for (const i of at)
      await expectRefused(document, {
        after: `${cursor.slice(0, i)}${cursor[i] === 'A' ? 'B' : 'A'}${cursor.slice(i + 1)}`,
      })
    for (const after of [
      cursor.slice(0, -1),
      cursor.slice(1),
      `${cursor}A`,
      `${cursor}=`,
      ` ${cursor}`,
      cursor.toLowerCase(),
      `${cursor}${cursor}`,
      '',
      'A'.repeat(MAX_CURSOR_LENGTH + 1),
    ])
      await expectRefused(document, { after })
  })

  test('of 0.1.0 is refused', async () => {
    for (const position of [
      [null, 1, 0, ''],
      [0, 1, '2024-01-02T00:00:00Z', ADA.customerId, false, 'x'],
    ])
      await expectRefused(document, { after: Buffer.from(JSON.stringify(position)).toString('base64url') })
  })

  test('of another tenant is refused, and of another client of the tenant is not', async () => {
    const of = (client: string, tenant: string): RunOptions => ({ client, claims: { tenant } })
    const after = await cursorOf(document, {}, of('one', 'red'))
    await expectRefused(document, { after }, of('one', 'blue'))
    await expectRefused(document, { after }, { client: 'one' })
    expect((await app.run(document, { first: 1, after }, of('two', 'red'))).errors).toEqual([])
  })
})

test.each<[what: string, document: string, of: object, at: object]>([
  ['another list', PERSONS, { document: CUSTOMERS }, {}],
  ['the other list', CUSTOMERS, { document: PERSONS }, {}],
  ['a filter that is added', PERSONS, {}, { filter: { isCustomer: true } }],
  ['a filter that is left out', PERSONS, { filter: { isCustomer: true } }, {}],
  ['another value of a filter', PERSONS, { filter: { status: 'ACTIVE' } }, { filter: { status: 'PROSPECT' } }],
  ['another field of a filter', PERSONS, { filter: { firstName: 'Ada' } }, { filter: { lastName: 'Ada' } }],
  ['an order that is added', PERSONS, {}, { orderBy: [{ field: 'LAST_NAME', direction: 'ASC' }] }],
  [
    'another direction',
    PERSONS,
    { orderBy: [{ field: 'LAST_NAME', direction: 'ASC' }] },
    { orderBy: [{ field: 'LAST_NAME', direction: 'DESC' }] },
  ],
  [
    'another field of the order',
    PERSONS,
    { orderBy: [{ field: 'LAST_NAME', direction: 'ASC' }] },
    { orderBy: [{ field: 'FIRST_NAME', direction: 'ASC' }] },
  ],
  ['a window that is added', CUSTOMERS, {}, { filter: { lastOkFrom: '2000-01-01T00:00:00Z' } }],
  [
    'another end of a window',
    CUSTOMERS,
    { filter: { lastOkFrom: '2000-01-01T00:00:00Z' } },
    { filter: { lastOkTo: '2090-01-01T00:00:00Z' } },
  ],
  [
    'another direction of customers',
    CUSTOMERS,
    { filter: { sortDirection: 'ASC' } },
    { filter: { sortDirection: 'DESC' } },
  ],
  ['another bank', CUSTOMERS, { bankId: BANK }, { bankId: OTHER_BANK }],
])('a cursor of %s is refused', async (_what, document, of, at) => {
  const { document: other = document, ...variables } = of as { document?: string }
  const after = await cursorOf(other, variables)
  await expectRefused(document, { ...at, after })
})

test.each<[what: string, document: string, of: object, at: object]>([
  ['a filter that says nothing', PERSONS, {}, { filter: {} }],
  ['members that are null', PERSONS, { filter: { isCustomer: true } }, { filter: { status: null, isCustomer: true } }],
  ['the default direction', CUSTOMERS, {}, { filter: { sortDirection: 'DESC' } }],
  ['the default bank', CUSTOMERS, {}, { bankId: BANK }],
  ['another page size', CUSTOMERS, {}, { first: 2 }],
])('a cursor is good where %s makes no difference', async (_what, document, of, at) => {
  const after = await cursorOf(document, of)
  expect((await app.run(document, { first: 1, ...at, after })).errors).toEqual([])
})

const ROW = {
  id: ADA.personId,
  tenant: 't',
  is_customer: true,
  status: 'ACTIVE',
  ban_status: 'ALLOWED',
  verification_status: 'ACCEPTED',
  creation_time: '2024-01-01T00:00:00Z',
  last_updated_time: '2024-01-01T00:00:00Z',
}

test.each([1_001, 3_900])('a page token of %i characters is one that the list goes on with', async (length) => {
  const token = 'tok"n'.padEnd(length, 'x')
  const page = (next: string | null) => ({ persons: [ROW], next_page_token: next })
  app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 200, body: page(token) })
  const after = await cursorOf(PERSONS)
  app.clear()
  app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 200, body: page(null) })
  expect((await app.run(PERSONS, { first: 1, after })).data.list.pageInfo.hasNextPage).toBe(false)
  expect(app.calls('synctera')[0]).toContain(`page_token=${token}`)
})

test('a page token that no cursor can hold is malformed at once', async () => {
  const body = { persons: [], next_page_token: '\u{1F600}'.repeat(2_000) }
  app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 200, body })
  expect((await app.run(PERSONS)).errors).toMatchObject([{ extensions: { code: 'PROVIDER_MALFORMED' } }])
})

test('the largest position that is encoded is decoded', () => {
  const raw = memoryStore()
  const codec = cursorsOf<string>(
    { store: encryptedStore(raw, cipherOf([randomBytes(32)])), caller: { tenant: 't' } as never },
    'list',
    null,
  )
  const position = 'x'.repeat(5_000)
  expect(codec.encode(position).length).toBeLessThan(MAX_CURSOR_LENGTH)
  expect(codec.decode(codec.encode(position))).toBe(position)
  void raw.close()
})
