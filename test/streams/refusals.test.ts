import { readFileSync } from 'node:fs'
import { type Client, createClient, type ExecutionResult, type SubscribePayload } from 'graphql-ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'
import { subscribers } from '../support/subscriptions.js'

/** What the documentation gives for a subscription that is refused for now. */
const [, code] = /^```js\n(const results = [^]*?)^```$/m.exec(readFileSync('docs/subscriptions.md', 'utf8'))!
// eslint-disable-next-line @typescript-eslint/no-implied-eval
const results = new Function(`${code}; return results`)() as (
  client: Client,
  operation: SubscribePayload,
) => AsyncGenerator<ExecutionResult<any>>

let app: App
beforeAll(async () => {
  app = await startApp({ MAX_STREAMS_PER_USER: '1' })
})
afterAll(() => app.close())

const OPEN = `subscription { kycOverview(customerId: "${ADA.customerId}") { status } }`

async function clientOf(sub: string): Promise<Client> {
  return createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${await app.token({ client: 'app', claims: { sub } })}` },
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  })
}

test('graphql-ws ends a subscription that is refused for now, and the code of the documentation opens it again', async () => {
  const taken = await subscribers.sse(app, OPEN, {}, { client: 'app', claims: { sub: 'one' } })
  expect((await taken.next())?.errors).toBeUndefined()
  const client = await clientOf('one')
  const [refusal] = (await client
    .iterate({ query: OPEN })
    .next()
    .catch((errors: unknown) => errors)) as { extensions: Record<string, unknown> }[]
  expect(refusal!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 5 })
  const begun = performance.now()
  const first = results(client, { query: OPEN }).next()
  setTimeout(() => taken.close(), 1_000)
  expect((await first).value).toMatchObject({ data: { kycOverview: { status: 'ACCEPTED' } } })
  expect(performance.now() - begun).toBeGreaterThanOrEqual(5_000)
  await client.dispose()
}, 20_000)

test('the code of the documentation throws what no repeat may help', async () => {
  const client = await clientOf('two')
  await expect(results(client, { query: 'subscription { nothing }' }).next()).rejects.toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', retryable: false } },
  ])
  await client.dispose()
})
