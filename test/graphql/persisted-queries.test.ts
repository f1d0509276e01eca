import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, type GraphError, startApp } from '../support/app.js'
import { contentOf, type PrivateRedis, privateRedis } from '../support/redis.js'

let redis: PrivateRedis
let one: App
let two: App
beforeAll(async () => {
  redis = await privateRedis()
  const settings = { REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') }
  one = await startApp(settings)
  two = await startApp(settings, one)
})
afterAll(async () => {
  await two.close()
  await one.close()
  await redis.kill()
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const unique = (name: string) => `query ${name} { viewer { id } }`

async function send(
  to: App,
  { query, hash, token }: { query?: string; hash: unknown; token?: string },
): Promise<{ status: number; data?: any; errors?: readonly GraphError[] }> {
  const answer = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? (await to.token())}` },
    body: JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
  })
  return { status: answer.status, ...((await answer.json()) as object) }
}
const codeOf = ({ errors }: { errors?: readonly GraphError[] }) => errors?.[0]?.extensions.code
const known = async (to: App, query: string) => codeOf(await send(to, { hash: sha256(query) })) === undefined

test('a document sent to one replica is answered by hash at the other', async () => {
  const query = unique('Shared')
  expect(codeOf(await send(two, { hash: sha256(query) }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  expect((await send(one, { query, hash: sha256(query) })).data).toEqual({ viewer: { id: 'tester' } })
  await expect.poll(() => known(two, query)).toBe(true)
})

test('the store holds neither the text nor its hash, and not for ever', async () => {
  const client = new Redis(redis.url)
  const names = await client.keys('*')
  const queries = names.filter((name) => name.startsWith('kyc:apq:'))
  expect(queries).not.toEqual([])
  for (const name of names) {
    expect(`${name} ${await contentOf(client, name)}`).not.toMatch(/viewer|Shared/)
    expect(name).not.toContain(sha256(unique('Shared')).slice(0, 8))
  }
  for (const name of queries) {
    expect(await client.pttl(name)).toBeGreaterThan(0)
    expect(await client.pttl(name)).toBeLessThanOrEqual(24 * 3600 * 1000)
  }
  client.disconnect()
})

test('a hash that does not match the text is refused, and so is an invalid token', async () => {
  const query = unique('Refused')
  expect(await send(one, { query, hash: '0'.repeat(64) })).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  })
  expect((await send(one, { query, hash: sha256(query), token: 'a.b.c' })).status).toBe(401)
  // Neither was kept; one that is kept afterwards shows that there was time to.
  const kept = unique('KeptAfterwards')
  await send(one, { query: kept, hash: sha256(kept) })
  await expect.poll(() => known(one, kept)).toBe(true)
  expect(await known(one, query)).toBe(false)
  expect(codeOf(await send(one, { hash: '0'.repeat(64) }))).toBe('PERSISTED_QUERY_NOT_FOUND')
})

test('a text that is not valid, or longer than is kept, leaves nothing behind', async () => {
  const long = `${unique('Long')} #${'x'.repeat(9_000)}`
  const invalid = '{ nonsense }'
  expect((await send(one, { query: long, hash: sha256(long) })).data).toEqual({ viewer: { id: 'tester' } })
  expect(codeOf(await send(one, { query: invalid, hash: sha256(invalid) }))).toBe('BAD_USER_INPUT')
  const kept = unique('AfterTheLong')
  await send(one, { query: kept, hash: sha256(kept) })
  await expect.poll(() => known(one, kept)).toBe(true)
  expect([await known(one, long), await known(one, invalid)]).toEqual([false, false])
})

test.each([[{ a: 1 }], [['x']], [7], [null], ['__proto__'], ['../x']])(
  '%j is no hash, and is not found',
  async (hash) => {
    const answer = await send(one, { hash })
    expect(['PERSISTED_QUERY_NOT_FOUND', 'BAD_USER_INPUT']).toContain(codeOf(answer))
  },
)

test('without Redis the text is asked for and answered, and nothing fails', async () => {
  await redis.kill()
  const query = unique('Alone')
  expect(codeOf(await send(one, { hash: sha256(query) }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  expect((await send(one, { query, hash: sha256(query) })).data).toEqual({ viewer: { id: 'tester' } })
  expect(one.log()).not.toContain('apollo error')
  await redis.start()
})

test('a document known to this process is answered with its error, also when the store has lost its text', async () => {
  const query = '{ persons(after: "nonsense") { nodes { id } } }'
  const hash = sha256(query)
  const first = await send(one, { query, hash })
  const client = new Redis(redis.url)
  await client.flushall()
  client.disconnect()
  expect(codeOf(first)).toBe('BAD_USER_INPUT')
  expect(codeOf(await send(two, { hash }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  expect(codeOf(await send(one, { hash }))).toBe('BAD_USER_INPUT')
})
