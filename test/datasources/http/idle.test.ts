import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { abortBy, IdleLimit, type Transport, TRANSPORTS } from '../../../datasources/http/transport.js'
import { startApp } from '../../support/app.js'

describe('the idle limit', () => {
  let time = 0
  const open = (maxMs?: number) => new IdleLimit(maxMs, () => time)
  beforeEach(() => (time = 1000))

  test('is the setting, and shorter for a request that is not repeated', () => {
    expect([open().ms(false), open().ms(true)]).toEqual([4000, 250])
    expect([open(100).ms(false), open(100).ms(true)]).toEqual([100, 100])
    expect([open(0).ms(false), open(0).ms(true)]).toEqual([0, 0])
  })

  test.each([
    ['timeout=5', 4000],
    ['timeout=5, max=100', 4000],
    ['max=100, timeout=2', 1000],
    ['Timeout = "3"', 2000],
    ['timeout=1', 0],
    ['timeout=0', 0],
    ['max=5', Infinity],
    ['max=5,timeout=3', 2000],
    ['timeout=2.5', 1000],
    ['timeout=3, timeout=60', 2000],
    ['idle-timeout=3', Infinity],
    ['timeout=soon', Infinity],
    ['', Infinity],
    [undefined, Infinity],
  ])('of a connection that is announced with Keep-Alive %j is %s ms', (header, ms) => {
    expect(open().announced(header)).toBe(ms)
  })

  test('is half of the idle time after which the other side closed a connection, until that is old', () => {
    const limit = open()
    limit.closedAfter(2000)
    expect(limit.ms(false)).toBe(1000)
    limit.closedAfter(3000)
    expect(limit.ms(false)).toBe(1000)
    limit.closedAfter(300)
    expect([limit.ms(false), limit.ms(true)]).toEqual([150, 150])
    // A restart closes connections of any age.
    limit.closedAfter(1)
    expect(limit.ms(false)).toBe(50)
    time += 600_001
    expect(limit.ms(false)).toBe(4000)
  })
})

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n'
/** So many writes, side by side in waves: what the finding tells of. */
const [WAVES, WIDTH] = [30, 10]
/** The server closes a connection that was idle for so long, and says nothing of it. */
const HABIT_MS = 120

describe.each(['undici', 'node-fetch'] as const)('a server that closes idle connections, by %s,', (name) => {
  let server: Server
  let transport: Transport
  let received: number
  let opened: number
  let keepAlive: string
  let habitMs: number
  let close: (socket: Socket) => void
  const sockets = new Set<Socket>()
  beforeEach(async () => {
    received = 0
    opened = 0
    keepAlive = ''
    habitMs = HABIT_MS
    close = (socket) => socket.destroy()
    server = createServer({ noDelay: true }, (socket) => {
      opened += 1
      sockets.add(socket)
      let timer: NodeJS.Timeout | undefined
      socket.on('error', () => undefined).on('close', () => (sockets.delete(socket), clearTimeout(timer)))
      socket.on('data', () => {
        clearTimeout(timer)
        received += 1
        socket.write(`${ANSWER}${keepAlive}\r\n{}`)
        if (habitMs > 0) timer = setTimeout(() => close(socket), habitMs)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    transport = TRANSPORTS[name]({ origin: `http://127.0.0.1:${port}`, connections: WIDTH, timeoutMs: 20_000 })
  })
  afterEach(async () => {
    await transport.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const send = (recentOnly: boolean) =>
    transport.send({
      method: recentOnly ? 'POST' : 'GET',
      path: '/',
      headers: {},
      body: recentOnly ? '{}' : undefined,
      watch: abortBy(new AbortController().signal),
      recentOnly,
    })
  const wave = (recentOnly: boolean) => Promise.all(Array.from({ length: WIDTH }, () => send(recentOnly)))

  test.each<[string, (socket: Socket) => void]>([
    ['at once', (socket) => socket.destroy()],
    ['with a FIN', (socket) => socket.end()],
    ['with a reset', (socket) => socket.resetAndDestroy()],
  ])('%s, loses none of 300 writes that come just when it closes, and each is executed once', async (_how, how) => {
    close = how
    habitMs = 600
    await wave(true)
    for (let waves = 1; waves < WAVES; waves += 1) {
      // Around the moment of the end, a little earlier or later each time; some follow at once.
      if (waves % 6 === 0) await delay(habitMs - 3 + (waves % 7))
      await wave(true)
    }
    expect(received).toBe(WAVES * WIDTH)
  })

  test('teaches how long a connection may be idle, also for reads', async () => {
    await wave(false)
    await expect.poll(() => sockets.size).toBe(0)
    // Half of its habit is kept: a connection is used again at once, and not after the habit.
    const before = opened
    await send(false)
    await send(false)
    expect(opened).toBe(before + 1)
  })

  test('and announces it, is left a second earlier', async () => {
    habitMs = 0
    keepAlive = 'connection: keep-alive\r\nkeep-alive: timeout=1\r\n'
    await send(false)
    await send(false)
    expect(opened).toBe(2)
    keepAlive = 'connection: keep-alive\r\nkeep-alive: timeout=60\r\n'
    await send(false)
    await send(false)
    expect(opened).toBe(3)
  })

  test('is reached on one connection by a request that follows at once', async () => {
    habitMs = 0
    for (let times = 0; times < 5; times += 1) await send(true)
    expect(opened).toBe(1)
  })
})

test('300 meetings through a proxy that closes idle connections unannounced: each is created once', async () => {
  const base = await startApp()
  const relay = createServer((client) => {
    const provider = connect(Number(new URL(base.emulators.obp.url).port), '127.0.0.1')
    const close = () => (client.destroy(), provider.destroy())
    // Nothing in either direction for so long.
    const timer = setTimeout(close, HABIT_MS * 5)
    for (const socket of [client, provider])
      socket
        .on('error', close)
        .on('close', () => (clearTimeout(timer), close()))
        .on('data', () => timer.refresh())
    client.pipe(provider).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const url = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`
  const app = await startApp({ OBP_URL: url }, base)
  const create = (n: number) =>
    app.run(
      `mutation { createMeeting(input: { providerId: "p", purposeId: "p${n}", date: "2030-01-01T00:00:00Z", creator: { name: "Sue", mobilePhone: "", emailAddress: "" }, invitees: [] }) { replayed } }`,
    )
  const ends: (string | undefined)[] = []
  for (let wave = 0; wave < WAVES; wave += 1) {
    if (wave % 5 === 4) await delay(HABIT_MS * 5 - 4 + (wave % 9))
    const answers = await Promise.all(Array.from({ length: WIDTH }, (_, n) => create(wave * WIDTH + n)))
    ends.push(...answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code)))
  }
  expect(ends).toEqual([])
  const purposes = base.recorded('obp').flatMap(({ method, body }) => (method === 'POST' ? [JSON.stringify(body)] : []))
  expect([purposes.length, new Set(purposes).size]).toEqual([WAVES * WIDTH, WAVES * WIDTH])
  await app.close()
  await base.close()
  relay.close()
})
