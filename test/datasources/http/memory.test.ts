import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'

const CALLERS = 40
const MAX_BYTES = 256 * 1024
/** What Node and the kernel hold of a connection before it is read. */
const SLACK_BYTES = 1024 * 1024

let server: Server
let sent: number[]
let base: App
beforeAll(async () => {
  sent = []
  // Answers without end, as fast as they are read.
  server = createServer((_request, response) => {
    const index = sent.push(0) - 1
    const block = Buffer.alloc(64 * 1024, 0x20)
    const write = (): void => {
      while (!response.destroyed) {
        sent[index]! += block.length
        if (!response.write(block)) break
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).on('drain', write)
    write()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  base = await startApp()
})
afterAll(async () => {
  await base.close()
  server.close()
  server.closeAllConnections()
})

test.each(['undici', 'node-fetch'])(
  'an answer without end is cut for each of 40 callers, by %s',
  async (HTTP_CLIENT) => {
    sent.length = 0
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const app = await startApp({ HTTP_CLIENT, SYNCTERA_URL: url, SYNCTERA_MAX_RESPONSE_BYTES: String(MAX_BYTES) }, base)
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, n) => app.run(`{ person(id: "${CROWD[n]!.personId}") { id } }`)),
    )
    expect(new Set(answers.map(({ errors }) => errors[0]?.extensions.code))).toEqual(new Set(['PROVIDER_MALFORMED']))
    expect(app.log()).toContain('body too large')
    // No caller reads on: each connection is closed by now, and took no more than the limit and what was in flight.
    await expect.poll(() => new Promise<number>((resolve) => server.getConnections((_e, n) => resolve(n)))).toBe(0)
    for (const bytes of sent) expect(bytes).toBeLessThan(MAX_BYTES + 8 * SLACK_BYTES)
    // Memory does not grow with the number of answers: a second wave adds nothing that stays.
    const before = process.memoryUsage().rss
    for (let waves = 0; waves < 3; waves += 1)
      await Promise.all(
        Array.from({ length: CALLERS }, (_, n) => app.run(`{ person(id: "${CROWD[n]!.personId}") { id } }`)),
      )
    expect(process.memoryUsage().rss - before).toBeLessThan(CALLERS * (MAX_BYTES + 2 * SLACK_BYTES))
    await app.close()
  },
)

test('an endless answer of a token endpoint and of the JWKS is cut too', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = await startApp(
    {
      BANFICO_TOKEN_URL: `${url}/token`,
      SEI_TOKEN_URL: `${url}/token`,
      OBP_TOKEN_URL: `${url}/token`,
      OBP_USERNAME: undefined,
      OBP_PASSWORD: undefined,
      OBP_CONSUMER_KEY: undefined,
      OBP_CLIENT_ID: 'c',
      OBP_CLIENT_SECRET: 's',
    },
    base,
  )
  for (const operation of [
    'mutation { verifyAccount(input: { types: [STATUS], account: { idScheme: SCAN, id: "12345612345678" } }) { result { id } } }',
    `mutation { setAccountAttributes(input: { externalId: "${ADA.seiExternalId}", attributes: [{ name: "LineOfCreditAccountNumber", value: "true" }] }) { job { key } } }`,
    '{ meetings { id } }',
  ])
    expect((await app.run(operation)).errors[0]!.extensions.code).toBe('PROVIDER_MALFORMED')
  await app.close()
  const other = await startApp({ AUTH_JWKS_URL: `${url}/jwks` }, base)
  expect((await other.run('{ viewer { id } }')).errors[0]!.extensions.code).toBe('ISSUER_UNAVAILABLE')
  await other.close()
})
