import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { startIssuers, type TestIssuers } from '../support/issuers.js'
import { Socket } from '../support/subscriptions.js'

let issuers: TestIssuers
beforeAll(async () => {
  issuers = await startIssuers()
})
afterAll(() => issuers.close())

test('a WebSocket whose token is verified while the server stops is refused', async () => {
  const issuer = await issuers.open('slow')
  const app = await startApp({ AUTH_INTROSPECTION_URL: issuer.introspectionUrl })
  issuer.answers.set('opaque.1', {
    active: true,
    iss: app.ground.issuer.issuer,
    aud: [AUDIENCE],
    sub: 'alice',
    client_id: 'app',
    scope: 'kyc:read',
    exp: Math.floor(Date.now() / 1000) + 600,
  })
  const gate = createGate()
  issuers.gates.push(gate)
  const open = await Socket.open(app, { authorization: `Bearer ${await app.token()}` })
  const late = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: 'Bearer opaque.1' },
  })
  late.on('error', () => undefined)
  const refused = once(late, 'unexpected-response') as Promise<[unknown, IncomingMessage]>
  await expect.poll(() => issuers.introspected.length).toBe(1)
  const stopped = app.close()
  expect(await open.closed).toBe('close 1012')
  gate.open()
  const [, { statusCode, headers }] = await refused
  expect([statusCode, headers['retry-after']]).toEqual([503, '1'])
  await stopped
})
