import { createServer, request as send, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { type App, startApp, startGround } from '../support/app.js'
import { createGate, type Gate } from '../support/gate.js'
import { folder, NO_PROVIDERS, write, writeTenants } from '../support/tenants-file.js'

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!.personId!

/** Synctera behind a gateway that accepts the keys it is told, and forwards to the emulator. */
interface Gateway {
  readonly url: string
  readonly accepts: Set<string>
  /** The keys of the requests so far, in order. */
  readonly used: string[]
  /** Those of the requests for Rhea. */
  readonly usedForRhea: string[]
  /** Holds the next request for Rhea until the gate opens. */
  hold: Gate | undefined
  /** The keys of the connections that are open. */
  readonly open: () => string[]
  readonly close: () => Promise<void>
}

let ground: Awaited<ReturnType<typeof startGround>>
let gateway: Gateway

async function startGateway(): Promise<Gateway> {
  const { SYNCTERA_URL: url, SYNCTERA_API_KEY: key } = ground.emulators.synctera.settings
  const keys = new Map<unknown, string>()
  const server = createServer(async (request, response) => {
    const given = String(request.headers.authorization).replace('Bearer ', '')
    keys.set(request.socket, given)
    made.used.push(given)
    if (request.url!.includes(RHEA)) {
      made.usedForRhea.push(given)
      const { hold } = made
      made.hold = undefined
      await hold?.opened
    }
    if (!made.accepts.has(given)) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{}')
      return
    }
    const answer = await new Promise<IncomingMessage>((resolve) =>
      send(new URL(request.url!, url), { headers: { authorization: `Bearer ${key}` } }, resolve).end(),
    )
    response.writeHead(answer.statusCode!, { 'content-type': 'application/json' })
    answer.pipe(response)
  })
  server.on('connection', (socket) => socket.on('close', () => keys.delete(socket)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const made: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepts: new Set(),
    used: [],
    usedForRhea: [],
    hold: undefined,
    open: () => [...keys.values()],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return made
}

beforeAll(async () => {
  ground = await startGround()
  gateway = await startGateway()
})
afterAll(async () => {
  await gateway.close()
  await ground.close()
})

const ASK = `query($id: ID!) { person(id: $id) { firstName } }`
const asked = (app: App, tenant?: string) =>
  app.run(ASK, { id: ADA.personId }, tenant === undefined ? {} : { claims: { tenant } })

const reloads = async (app: App): Promise<Record<string, number>> => {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const lines = text.matchAll(/^kyc_provider_settings_(?:reloads_total\{outcome="(\w+)"\}|(stale)) (\d+)$/gm)
  return Object.fromEntries([...lines].map(([, outcome, stale, count]) => [outcome ?? stale!, Number(count)]))
}

/** Asks without a pause until it is stopped, and returns the number of answers and the errors. */
function load(app: App, clients: number, tenant?: string) {
  let isOver = false
  let answers = 0
  const errors: unknown[] = []
  const running = Array.from({ length: clients }, async () => {
    while (!isOver) {
      const result = await asked(app, tenant)
      answers += 1
      if (result.status !== 200 || result.errors.length > 0) errors.push(result)
    }
  })
  return {
    answers: () => answers,
    async stop() {
      isOver = true
      await Promise.all(running)
      return { answers, errors }
    },
  }
}

describe('a secret in a file', () => {
  test('is replaced while queries run: no request fails, and the earlier instance is closed', async () => {
    const file = join(folder(), 'api-key')
    write(file, 'key-1')
    gateway.accepts.add('key-1')
    const app = await startApp(
      { ...NO_PROVIDERS, SYNCTERA_URL: gateway.url, SYNCTERA_API_KEY: undefined, SYNCTERA_API_KEY_FILE: file },
      { ground },
    )
    const running = load(app, 4)
    await expect.poll(running.answers).toBeGreaterThan(20)
    // As a rotation does: the provider knows both for a while.
    gateway.accepts.add('key-2')
    const gate = (gateway.hold = createGate())
    // One operation begins with the earlier key, and goes on after the change.
    const long = app.run('query($id: ID!) { person(id: $id) { firstName verifications { type } } }', { id: RHEA })
    await expect.poll(() => gateway.hold).toBeUndefined()
    write(file, 'key-2')
    await expect.poll(() => gateway.used.at(-1)).toBe('key-2')
    gate.open()
    expect((await long).errors).toEqual([])
    // Nothing of it was cut and sent again.
    expect(gateway.usedForRhea).toEqual(['key-1', 'key-1'])
    const { answers, errors } = await running.stop()
    expect(errors).toEqual([])
    expect(answers).toBeGreaterThan(20)
    // The earlier instance is closed once the last operation on it has ended.
    await expect.poll(() => gateway.open().filter((key) => key === 'key-1')).toEqual([])
    gateway.accepts.delete('key-1')
    expect((await asked(app)).errors).toEqual([])
    expect(await reloads(app)).toEqual({ applied: 1, stale: 0 })
    expect(app.log()).toContain(
      '"kyc.replaced":{"tenants":["default"],"providers":["synctera"],"added":[],"removed":[]}',
    )

    // An empty file is refused as a whole; the same content again changes nothing.
    write(file, '')
    await expect.poll(() => reloads(app)).toEqual({ applied: 1, refused: 1, stale: 1 })
    expect((await asked(app)).errors).toEqual([])
    expect(app.log()).toContain('"kyc.problems":["SYNCTERA_API_KEY_FILE names an empty file"]')
    write(file, 'key-2\n')
    await expect.poll(() => reloads(app)).toEqual({ applied: 1, refused: 1, unchanged: 1, stale: 0 })
    for (const secret of ['key-1', 'key-2']) expect(app.log()).not.toContain(secret)
    await app.close()
  })
})

describe('the tenants’ file', () => {
  test('is read again: tenants come, change and go while others go on', async () => {
    for (const key of ['one', 'two']) gateway.accepts.add(key)
    const settings = (key: string) => ({ SYNCTERA_URL: gateway.url, SYNCTERA_API_KEY: key })
    const alpha = { settings: settings('one') }
    const file = writeTenants({ alpha, beta: { settings: settings('one') } })
    const app = await startApp({ ...NO_PROVIDERS, TENANTS_FILE: file }, { ground })
    const applied = async (count: number) => expect.poll(async () => (await reloads(app))['applied']).toBe(count)
    const running = load(app, 2, 'alpha')
    await expect.poll(running.answers).toBeGreaterThan(5)

    writeTenants({ alpha, beta: { settings: settings('two') }, gamma: { settings: settings('two') } }, file)
    await applied(1)
    for (const tenant of ['beta', 'gamma']) {
      gateway.used.length = 0
      expect((await asked(app, tenant)).errors).toEqual([])
      expect(gateway.used).toContain('two')
    }

    // Invalid: nothing of it is taken, not even what is valid.
    writeTenants({ alpha, delta: { settings: settings('two') }, beta: { settings: { SYNCTERA_URL: 'ftp://x' } } }, file)
    await expect.poll(async () => (await reloads(app))['refused']).toBe(1)
    expect((await asked(app, 'beta')).errors).toEqual([])
    expect((await asked(app, 'delta')).status).toBe(403)

    writeTenants({ alpha }, file)
    await applied(2)
    const { status, errors } = await asked(app, 'beta')
    expect([status, errors[0]?.extensions.code]).toEqual([403, 'FORBIDDEN'])
    const ready = (await (await fetch(`${app.url}/ready`)).json()) as { circuits: object }
    expect(ready.circuits).toEqual({ alpha: { synctera: 'closed' } })
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    expect(metrics).not.toContain('kyc_provider_circuit_state{tenant="beta"')

    expect((await running.stop()).errors).toEqual([])
    expect(app.log()).not.toContain('"kyc.replaced":{"tenants":["alpha"')
    await app.close()
  })
})
