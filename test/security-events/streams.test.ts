import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { Socket, subscribeBySse } from '../support/subscriptions.js'
import { NO_PROVIDERS, writeTenants } from '../support/tenants-file.js'

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-security-streams-'))
const FILES = { app: join(folder, 'app.log'), tenants: join(folder, 'tenants.log') }

/** Each user may have one stream, and each client two. */
let app: App
/** Has a file of tenants. */
let tenants: App
beforeAll(async () => {
  app = await startApp({ SECURITY_LOG: FILES.app, MAX_STREAMS_PER_USER: '1', MAX_STREAMS_PER_CLIENT: '2' })
  const settings = { OBP_URL: app.emulators.obp.url }
  tenants = await startApp(
    {
      ...NO_PROVIDERS,
      SECURITY_LOG: FILES.tenants,
      TENANTS_FILE: writeTenants({ meridian: { settings: { ...app.emulators.obp.settings, ...settings } } }),
    },
    app,
  )
})
afterAll(async () => {
  await tenants.close()
  await app.close()
})

const OPEN = `subscription { kycOverview(customerId: "${ADA.customerId}") { status } }`

const linesOf = (file: string): readonly any[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []

/** The events of which this is true, once there are any. */
async function eventsOf(isOne: (line: any) => boolean, file = FILES.app): Promise<readonly any[]> {
  const found = () => linesOf(file).filter(isOne)
  await expect.poll(() => found().length).toBeGreaterThan(0)
  return found()
}

const ofRequest = (id: string, file?: string) => eventsOf(({ http }) => http?.request.id === id, file)
const ofClient = (id: string, file?: string) => eventsOf(({ kyc }) => kyc?.client?.id === id, file)

const bearer = async (options: RunOptions, of = app) => ({ authorization: `Bearer ${await of.token(options)}` })

/** Opens a WebSocket whose token comes in `connection_init`, as a browser sends it; answers its correlation id. */
async function connect(payload: object | undefined, of = app): Promise<string> {
  const id = randomUUID()
  const socket = await Socket.open(of, { 'x-correlation-id': id })
  await socket.init(payload)
  await socket.closed
  return id
}

describe('a token that a WebSocket sends in connection_init is told by its class', () => {
  test.each<readonly [what: string, reason: string, payload: () => object | undefined | Promise<object>]>([
    ['none', 'token_missing', () => undefined],
    ['no bearer token', 'token_malformed', () => ({ authorization: 'Basic YTpi' })],
    ['one that is none', 'token_opaque', () => ({ authorization: 'Bearer a.b.c' })],
    ['one that has expired', 'err_jwt_expired', () => bearer({ claims: { exp: 1_700_000_000 } })],
    ['one of another audience', 'err_jwt_claim_validation_failed', () => bearer({ claims: { aud: 'other' } })],
    [
      'one of another issuer',
      'issuer_unknown',
      () => ({ authorization: `Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Im5vbmUifQ.e30.${'A'.repeat(86)}` }),
    ],
  ])('%s: %s', async (_what, reason, payload) => {
    const interaction = randomUUID()
    const id = await connect({ ...(await payload()), 'x-fapi-interaction-id': interaction })
    const events = await ofRequest(id)
    expect(events).toMatchObject([
      {
        event: { action: 'login-failed', reason },
        source: { ip: '127.0.0.1' },
        kyc: { interaction: { id: interaction } },
      },
    ])
    // A token that is refused names nobody.
    expect(events[0].user).toBeUndefined()
  })
})

describe('a refusal after the login names the caller', () => {
  const user = (client: string, sub = 'one') => ({ client, claims: { sub } })
  const named = (client: string, reason: string) => ({
    event: { action: 'limit-reached', reason },
    user: { id: 'one' },
    kyc: { client: { id: client } },
  })

  test('of the limit of streams of a user, by server-sent events on both paths', async () => {
    for (const [client, path] of [
      ['sse-fast', '/graphql'],
      ['sse-framework', '/graphql?'],
    ] as const) {
      const taken = await subscribeBySse(app, OPEN, {}, user(client))
      await taken.next()
      const response = await fetch(app.url + path, {
        method: 'POST',
        headers: {
          accept: 'text/event-stream',
          'content-type': 'application/json',
          ...(await bearer(user(client))),
        },
        body: JSON.stringify({ query: OPEN }),
      })
      expect(response.status).toBe(429)
      expect(await ofClient(client)).toMatchObject([named(client, 'streams_user')])
      taken.close()
    }
  })

  test('of the limit of streams of a client', async () => {
    const client = 'sse-client'
    const taken = [
      await subscribeBySse(app, OPEN, {}, user(client, 'a')),
      await subscribeBySse(app, OPEN, {}, user(client, 'b')),
    ]
    for (const stream of taken) await stream.next()
    const refused = await subscribeBySse(app, OPEN, {}, user(client))
    expect(await refused.ended).toBe('429')
    expect(await ofClient(client)).toMatchObject([named(client, 'streams_client')])
    for (const stream of taken) stream.close()
  })

  test('of the limits of WebSockets and of the streams on them', async () => {
    const client = 'socket'
    const socket = await Socket.open(app)
    expect(await socket.init(await bearer(user(client)))).toEqual({ type: 'connection_ack' })
    const second = await connect(await bearer(user(client)))
    expect(await ofRequest(second)).toMatchObject([named(client, 'streams_user')])
    const [other] = ['socket-stream']
    const stream = await Socket.open(app)
    await stream.init(await bearer(user(other)))
    for (const id of ['1', '2']) stream.send({ id, type: 'subscribe', payload: { query: OPEN } })
    expect(await ofClient(other)).toMatchObject([named(other, 'streams_user')])
    for (const { raw } of [socket, stream]) raw.terminate()
  })

  test('of a tenant that the server does not have, in the header and in connection_init', async () => {
    const stranger = (client: string) => bearer({ client, claims: { tenant: 'nowhere' } }, tenants)
    const id = await connect(await stranger('stranger-init'), tenants)
    expect(await ofRequest(id, FILES.tenants)).toMatchObject([
      { event: { action: 'access-denied' }, kyc: { client: { id: 'stranger-init' } } },
    ])
    const socket = new WebSocket(`${tenants.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: await stranger('stranger-header'),
    })
    socket.on('error', () => undefined)
    const [, { statusCode }] = await once(socket, 'unexpected-response')
    expect(statusCode).toBe(403)
    expect(await ofClient('stranger-header', FILES.tenants)).toMatchObject([{ event: { action: 'access-denied' } }])
    socket.terminate()
  })

  test('of a body that is too large, by the framework', async () => {
    const client = 'large-framework'
    await fetch(`${app.url}/graphql?`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await bearer(user(client))) },
      body: `"${'x'.repeat(300_000)}"`,
    })
    expect(await ofClient(client)).toMatchObject([named(client, 'body_bytes')])
  })
})
