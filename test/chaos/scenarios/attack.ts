import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { ADA } from '../../../datasources/emulator/people.js'
import { atLeast, atMost, type Check, type Outcome, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const MB = 1024 * 1024
const QUERY = `{ customer(id: "${ADA.customerId}") { id legalName } }`
const MAX_GROWTH_MB = 60
const MAX_SLOWDOWN = 3
const PAUSE_MS = 20

/** One attack: what each of its connections sends, again and again. */
interface Attack {
  readonly name: string
  readonly connections: number
  /** The texts of one connection, and the time between two of them. */
  readonly parts: (token: string) => readonly string[]
  readonly everyMs?: number
}

const head = (path: string, ...headers: readonly string[]): string =>
  ['POST ' + path + ' HTTP/1.1', 'host: x', 'content-type: application/json', ...headers, '\r\n'].join('\r\n')
const bearer = (token: string): string => `authorization: Bearer ${token}`
const whole = (token: string, body: object): string => {
  const text = JSON.stringify(body)
  return head('/graphql', bearer(token), `content-length: ${Buffer.byteLength(text)}`) + text
}
const ONE_BYTE_CHUNKS = '1\r\nx\r\n'.repeat(20_000)
const CHUNKED = 'transfer-encoding: chunked'
const ATTRIBUTES = 'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { replayed } }'

function attacks(isShort: boolean): readonly Attack[] {
  const oneByte = (path: string): Attack => ({
    name: `chunks of one byte at ${path}`,
    connections: 20,
    parts: () => [head(path, CHUNKED), ONE_BYTE_CHUNKS, ONE_BYTE_CHUNKS],
  })
  return [
    oneByte('/graphql'),
    oneByte('/nothing'),
    oneByte('/webhooks/synctera'),
    {
      name: 'chunks of one byte with a token',
      connections: 20,
      parts: (token) => [head('/graphql', bearer(token), CHUNKED), ONE_BYTE_CHUNKS],
    },
    {
      name: 'headers that trickle',
      connections: isShort ? 100 : 500,
      parts: () => ['POST /graphql HTTP/1.1\r\n', ...Array.from({ length: 50 }, (_, i) => `x-${i}: y\r\n`)],
      everyMs: 200,
    },
    {
      name: 'bodies of which a half comes',
      connections: isShort ? 200 : 900,
      parts: (token) => [head('/graphql', bearer(token), 'content-length: 200000'), '{"query":"'.padEnd(4_000)],
      everyMs: 100,
    },
    {
      name: 'uploads that idle',
      connections: isShort ? 300 : 1_500,
      parts: (token) => [head('/graphql', bearer(token), 'content-length: 200000')],
      everyMs: 1_000,
    },
    {
      name: 'lists of 10,000',
      connections: 2,
      parts: (token) => {
        const input = { externalId: ADA.seiExternalId, attributes: Array.from({ length: 10_000 }, () => ({})) }
        return [whole(token, { query: ATTRIBUTES, variables: { input } })]
      },
    },
    {
      name: 'documents of 120,000 lines',
      connections: 2,
      parts: (token) => [whole(token, { query: `${'\n'.repeat(120_000)}{` })],
    },
  ]
}

/** Keeps one connection of an attack open, with all that it sends; a new one follows when it is closed. */
async function strike(world: World, attack: Attack, token: string, until: number, statuses: Map<string, number>) {
  const { port } = new URL(world.replicas[0]!.url)
  while (Date.now() < until) {
    // The honest client has another address.
    const socket: Socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.2' })
    let text = ''
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.setEncoding('latin1').on('error', () => undefined)
    socket.on('data', (part: string) => (text = (text + part).slice(0, 20_000)))
    for (const part of attack.parts(token)) {
      if (socket.destroyed || Date.now() >= until) break
      socket.write(part)
      await Promise.race([closed, delay(attack.everyMs ?? PAUSE_MS)])
    }
    await Promise.race([closed, delay(Math.max(0, Math.min(2_000, until - Date.now())))])
    socket.destroy()
    for (const [, status = ''] of text.matchAll(/HTTP\/1\.1 (\d+)/g)) {
      // The status of an operation of which each field is refused for want of a scope.
      const seen = status === '200' && text.includes('"code":"FORBIDDEN"') ? '200 FORBIDDEN' : status
      statuses.set(seen, (statuses.get(seen) ?? 0) + 1)
    }
    await delay(PAUSE_MS)
  }
}

/** What the honest client saw in one stretch of time. */
interface Seen {
  readonly times: readonly number[]
  readonly failures: number
}

const p99 = ({ times }: Seen): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity

/** The honest client, and the memory of the server beside it. */
class Watch {
  readonly latency: [number, number][] = []
  readonly memory: [number, number][] = []
  readonly #begun = Date.now()

  constructor(
    readonly world: World,
    readonly token: string,
  ) {}

  get seconds(): number {
    return (Date.now() - this.#begun) / 1000
  }

  async ask(until: number): Promise<Seen> {
    const times: number[] = []
    let failures = 0
    while (Date.now() < until) {
      const { ms, data } = await this.world.query(this.world.replicas[0]!, QUERY, undefined, { token: this.token })
      failures += Number(!data?.customer)
      times.push(ms)
      this.latency.push([this.seconds, ms])
      await delay(PAUSE_MS)
    }
    return { times, failures }
  }

  async rss(): Promise<number> {
    const sample = await this.world.replicas[0]!.sample()
    const megabytes = (sample?.rssBytes ?? NaN) / MB
    if (sample) this.memory.push([this.seconds, megabytes])
    return megabytes
  }
}

async function run(world: World, isShort: boolean, progress: (line: string) => void): Promise<Outcome> {
  const watch = new Watch(world, await world.token({ client: 'honest' }))
  const token = await world.token({ client: 'attacker', scopes: [] })
  const ms = isShort ? 1_200 : 6_000
  await watch.ask(Date.now() + 2 * ms)
  const before = await watch.ask(Date.now() + 2 * ms)
  const atRest = await watch.rss()
  const checks: Check[] = []
  const rows: string[][] = [['attack', 'p99', 'RSS', 'statuses']]
  const marks: [number, string][] = []
  for (const attack of attacks(isShort)) {
    progress(attack.name)
    marks.push([watch.seconds, attack.name])
    const until = Date.now() + ms
    const statuses = new Map<string, number>()
    const strikes = Array.from({ length: attack.connections }, () => strike(world, attack, token, until, statuses))
    const [seen] = await Promise.all([watch.ask(until), ...strikes])
    const grown = (await watch.rss()) - atRest
    const codes = [...statuses.keys()].sort()
    rows.push([attack.name, `${p99(seen).toFixed(1)} ms`, `${grown.toFixed(0)} MB more`, codes.join(' ') || 'closed'])
    const others = codes.filter((code) => !code.startsWith('4') && code !== '200 FORBIDDEN').length
    checks.push(
      atMost(`${attack.name}: growth of the memory`, grown, MAX_GROWTH_MB, ' MB'),
      atMost(`${attack.name}: p99 of an honest client, in times of before`, p99(seen) / p99(before), MAX_SLOWDOWN),
      atMost(`${attack.name}: answers other than 4xx and FORBIDDEN`, others, 0),
      atMost(`${attack.name}: failures of the honest client`, seen.failures, 0),
    )
  }
  checks.push(atLeast('answers to the honest client before', before.times.length, 1))
  return {
    checks,
    table: rows,
    panels: [
      { title: 'honest client', unit: ' ms', lines: [{ name: 'latency', points: watch.latency }], marks },
      { title: 'memory', unit: ' MB', lines: [{ name: 'RSS', points: watch.memory }], marks },
    ],
  }
}

/** Attacks by clients without a token, or without a scope, on one replica. */
export const attackScenario: Scenario = {
  name: 'attack',
  title: 'Bodies, headers and connections that are meant to exhaust the server',
  async run({ isShort, folder, program, progress }) {
    const settings = { UNAUTHENTICATED_REQUESTS_PER_MINUTE: '600', LOG_LEVEL: 'error' }
    const world = await startWorld({ folder, program, redis: false, areEmulatorsApart: true, settings })
    try {
      return await run(world, isShort, progress)
    } finally {
      await world.close()
    }
  },
}
