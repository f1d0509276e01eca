import { randomBytes } from 'node:crypto'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { WebSocket } from 'ws'
import { type App, startApp } from '../support/app.js'
import { subscribers, TRANSPORTS } from '../support/subscriptions.js'

const store = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }

let staying: App
beforeAll(async () => {
  staying = await startApp(store)
})
afterAll(() => staying.close())

const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }'
const RESULT = 'subscription($id: ID!) { verificationResult(id: $id) { state } }'
/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'

async function verify(): Promise<string> {
  const input = { types: ['NAME'], maxAgeSeconds: 0, account: { idScheme: 'SCAN', id: LATER, name: 'Accepted,Ada' } }
  const { data } = await staying.run(VERIFY, { input })
  return data.verifyAccount.result.id as string
}

test('a server that stops ends its streams so that their clients open them again', async () => {
  const leaving = await startApp(store, staying)
  const id = await verify()
  const streams = await Promise.all(TRANSPORTS.map((transport) => subscribers[transport](leaving, RESULT, { id })))
  for (const stream of streams)
    expect((await stream.next())!.data).toEqual({ verificationResult: { state: 'PENDING' } })
  await leaving.close()
  expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['end', 'close 1012'])
  expect(leaving.log()).toMatch(/"stream-end".*"restart"/)
})

test('the clients of both protocols reach the final state over a restart', async () => {
  const leaving = await startApp(store, staying)
  const id = await verify()
  const authorization = `Bearer ${await staying.token()}`
  let url = leaving.url
  const retry = () => Promise.resolve()
  const sse = createSseClient({ url: () => `${url}/graphql`, headers: { authorization }, retry })
  const webSocket = createWebSocketClient({
    url: () => `${url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization },
    webSocketImpl: WebSocket,
    retryWait: retry,
  })
  const begun: (() => void)[] = []
  const clients = [sse, webSocket].map(async (client) => {
    const states: unknown[] = []
    for await (const { data } of client.iterate({ query: RESULT, variables: { id } })) {
      states.push((data as any)?.verificationResult.state)
      begun.shift()?.()
    }
    return states
  })
  await Promise.all([sse, webSocket].map(() => new Promise<void>((resolve) => begun.push(resolve))))
  url = staying.url
  await leaving.close()
  for (const states of await Promise.all(clients)) expect(states.at(-1)).toBe('COMPLETED')
  sse.dispose()
  await webSocket.dispose()
})
