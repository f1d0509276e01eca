import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallScope } from '../../../datasources/http/call.js'
import type { ErrorCode } from '../../../datasources/contract/error-codes.js'
import { ProviderClient } from '../../../datasources/http/client.js'
import { type ProviderName, providers } from '../../../datasources/index.js'
import type { ProviderDeps, Provider, ProviderInstance } from '../../../datasources/contract/provider.js'
import type { Emulator, Fault } from '../../../datasources/emulator/run.js'
import { undiciTransport } from '../../../datasources/http/transport.js'
import { Bulkhead } from '../../../datasources/http/bulkhead.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { createDeadlines } from '../../../src/lifecycle/deadline.js'
import { countTurns } from '../../support/clock.js'
import { readConfig } from '../../../src/config.js'
import { type Emulators, startEmulators } from '../../../src/dev/emulators.js'
import { type Kind, type Row, rows } from '../../support/methods.js'
import { cipherOf } from '../../support/keys.js'

/** Where the time-out is what is looked at; elsewhere there is time enough. */
const TIMEOUT_MS = 1_000
const PLENTY_MS = 20_000
/** So many times the time-out a call may take longer than it must, by the turns of the event loop: pauses before further tries. */
const MAX_DELAY = 2
/** So many methods at a time: more would only take the time from each other. */
const SIDE_BY_SIDE = 16

type Method = (...args: readonly unknown[]) => Promise<unknown>
/** How a call ends; `same` as without the fault. */
type End = ErrorCode | 'same'
interface Cell {
  readonly end: End
  readonly calls: number
  /** At least, as a multiple of the provider's time-out. */
  readonly took?: number
}
type Column = readonly [
  name: string,
  fault: Omit<Fault, 'match'>,
  expected: Readonly<Record<Kind, Cell>>,
  deadlineMs?: number,
]

const cell = (end: End, calls = 1, took = 0): Cell => ({ end, calls, took })
const lost = (end: ErrorCode, calls: number, took: number): Readonly<Record<Kind, Cell>> => ({
  read: cell(end, calls, took),
  keyed: cell('OUTCOME_UNKNOWN', calls, took),
  write: cell('OUTCOME_UNKNOWN', 1, took),
  nonRepeatableRead: cell('PROVIDER_TIMEOUT', 1, took),
})
const status = (code: number, headers?: Record<string, string>): Omit<Fault, 'match'> => ({
  fault: 'status',
  status: code,
  ...(headers ? { headers } : {}),
})
const all = (expected: Cell): Readonly<Record<Kind, Cell>> => ({
  read: expected,
  keyed: expected,
  write: expected,
  nonRepeatableRead: expected,
})
const unreadable = {
  read: cell('PROVIDER_MALFORMED'),
  keyed: cell('OUTCOME_UNKNOWN'),
  write: cell('OUTCOME_UNKNOWN'),
  nonRepeatableRead: cell('PROVIDER_MALFORMED'),
}

const COLUMNS: readonly Column[] = [
  ['hang', { fault: 'hang', times: 0 }, lost('PROVIDER_TIMEOUT', 1, 1)],
  [
    'hang, deadline',
    { fault: 'hang', times: 0 },
    {
      read: cell('DEADLINE_EXCEEDED', 1, 0.5),
      keyed: cell('OUTCOME_UNKNOWN', 1, 1),
      write: cell('OUTCOME_UNKNOWN', 1, 1),
      nonRepeatableRead: cell('DEADLINE_EXCEEDED', 1, 0.5),
    },
    TIMEOUT_MS / 2,
  ],
  ['reset', { fault: 'reset', times: 0 }, lost('PROVIDER_UNAVAILABLE', 3, 0)],
  [
    'reset once',
    { fault: 'reset' },
    {
      read: cell('same', 2),
      keyed: cell('same', 2),
      write: cell('OUTCOME_UNKNOWN'),
      nonRepeatableRead: cell('PROVIDER_TIMEOUT'),
    },
  ],
  ['drop', { fault: 'drop-after-apply', times: 0 }, lost('PROVIDER_UNAVAILABLE', 3, 0)],
  ['slow', { fault: 'slow', delayMs: 20 }, all(cell('same'))],
  ['401 once', status(401), all(cell('same', 2))],
  [
    '429, now',
    status(429, { 'retry-after': '0', 'x-rate-limit-reset': '0' }),
    { ...all(cell('same', 2)), nonRepeatableRead: cell('RATE_LIMITED') },
  ],
  [
    '429, later',
    { ...status(429, { 'retry-after': '60', 'x-rate-limit-reset': '60' }), times: 0 },
    all(cell('RATE_LIMITED')),
  ],
  [
    '500',
    { ...status(500), times: 0 },
    {
      ...lost('PROVIDER_UNAVAILABLE', 3, 0),
      // A provider that answers 500 may have executed the write: it is not repeated by itself, even under a key.
      keyed: cell('OUTCOME_UNKNOWN'),
      nonRepeatableRead: cell('PROVIDER_UNAVAILABLE'),
    },
  ],
  [
    '503',
    { ...status(503), times: 0 },
    {
      read: cell('PROVIDER_UNAVAILABLE', 3),
      keyed: cell('PROVIDER_UNAVAILABLE', 3),
      write: cell('PROVIDER_UNAVAILABLE'),
      nonRepeatableRead: cell('PROVIDER_UNAVAILABLE'),
    },
  ],
  ['malformed', { fault: 'malformed', times: 0 }, unreadable],
  ['html', { fault: 'html', times: 0 }, unreadable],
]

/** What a provider's own words make different. */
const EXCEPT: Readonly<Partial<Record<ProviderName, Readonly<Record<string, Partial<Record<Kind, Cell>>>>>>> = {
  // The one code for everything unforeseen does not say how far it had come.
  obp: { '503': { write: cell('OUTCOME_UNKNOWN') } },
  // Says of itself that it will pass.
  sei: { '503': { write: cell('PROVIDER_UNAVAILABLE', 3) } },
  // Says to come back in ten seconds.
  banfico: { '503': { read: cell('PROVIDER_UNAVAILABLE') } },
}
/** How an expired token is refused, where the status alone does not say it. */
const EXPIRED: Readonly<Partial<Record<ProviderName, unknown>>> = {
  sei: {
    code: 'gateway.authentication.failure',
    message: 'Access Token expired',
    trackingId: ' ',
    transient: false,
    errors: [],
  },
}

/** Every method of every room's data sources, found by their files, so that a new one cannot be left out. */
async function methodsOf(
  room: string,
): Promise<(call: { client: unknown; visit: CallScope }) => Record<string, Method>> {
  const folder = new URL(`../../../datasources/${room}/`, import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('datasource.ts'),
  )
  const modules = await Promise.all(
    files.map(
      (file) =>
        import(new URL(file, folder).href) as Promise<Record<string, (...args: unknown[]) => Record<string, Method>>>,
    ),
  )
  const makers = modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, made]) => (name.endsWith('Source') ? [made] : [])),
  )
  return ({ client, visit }) => {
    const methods = makers.flatMap((make) =>
      Object.entries(make(client, room === 'sei' ? '/v1/insight/status/{key}' : undefined)),
    )
    return Object.fromEntries(methods.map(([name, method]) => [name, (...args: unknown[]) => method(visit, ...args)]))
  }
}

let emulators: Emulators
let settings: Record<string, string>
let stop: () => Promise<void>
beforeAll(async () => {
  ;({ emulators, settings, close: stop } = await startEmulators({ jwksUrl: 'http://127.0.0.1:9/jwks' }))
})
afterAll(async () => {
  console.log([`methods × faults: how each ends / calls / multiples of the time-out`, ...lines].join('\n'))
  await stop()
})
const lines: string[] = []
const line = new Bulkhead(SIDE_BY_SIDE, 1000)

const SHORT: Readonly<Record<string, string>> = {
  OUTCOME_UNKNOWN: '?',
  PROVIDER_TIMEOUT: 'late',
  PROVIDER_UNAVAILABLE: 'away',
  PROVIDER_MALFORMED: 'odd',
  PROVIDER_REFUSED: 'refused',
  RATE_LIMITED: 'slow',
  DEADLINE_EXCEEDED: 'end',
}

/** One provider instance, opened as a server opens it, with methods that can be called one by one. */
async function openRoom(name: ProviderName) {
  const provider = providers[name] as unknown as Provider<unknown, ProviderInstance>
  const config = readConfig({
    AUTH_ISSUER: 'https://issuer.test',
    AUTH_AUDIENCE: 'x',
    AUTH_JWKS_URL: 'https://issuer.test/jwks',
    ...settings,
  })
  let lent: Parameters<ProviderDeps['client']>[0] | undefined
  const base = {
    name,
    label: provider.label,
    title: provider.title,
    maxConcurrency: 64,
    transport: undiciTransport,
    onAttempt: () => undefined,
  }
  const house = {
    drift: () => undefined,
    store: encryptedStore(memoryStore(), cipherOf([randomBytes(32)])),
    changes: { announce: () => undefined, listen: () => undefined },
    record: () => undefined,
    tenant: 'default',
    client(options: Parameters<ProviderDeps['client']>[0]) {
      if (options.credential) lent = options
      return new ProviderClient({ ...base, ...options, timeoutMs: 10_000 })
    },
  } as unknown as ProviderDeps
  const room = provider.open(config.providers[name]!.settings, house)
  const options = lent!
  const sources = await methodsOf(name)

  /** A client for one cell: its circuit and budget remember nothing of the others. */
  async function call(
    method: string,
    { args }: Row,
    timeoutMs: number,
    deadlineMs = 60_000,
  ): Promise<{ end: End | 'ok'; took: number; turns: number; sent: string }> {
    let sent = ''
    const client = new ProviderClient({
      ...base,
      ...options,
      timeoutMs,
      transport(given) {
        const wire = undiciTransport(given)
        return {
          send: (sending) => ((sent = `${sending.method} ${sending.path.split('?', 1)[0]!}`), wire.send(sending)),
          close: wire.close,
        }
      },
    })
    const answering = Object.assign(new EventEmitter(), { closed: false, writableFinished: true })
    // A token is at hand before the clock starts.
    await options.credential!.headers()
    const deadlines = createDeadlines(deadlineMs)
    const visit: CallScope = { correlationId: 'matrix', ...deadlines.begin(deadlines.of({}), answering) }
    const begun = performance.now()
    const turned = countTurns()
    const end = await sources({ client, visit })[method]!(...args).then(
      () => 'ok' as const,
      (error: { code: ErrorCode }) => error.code,
    )
    const took = (performance.now() - begun) / TIMEOUT_MS
    const turns = turned() / TIMEOUT_MS
    answering.emit('close')
    await client.close()
    return { end: end as End, took, turns, sent }
  }
  const names = Object.keys(sources({ client: undefined, visit: undefined as unknown as CallScope }))
  return {
    names,
    call,
    credential: options.credential!,
    renews: options.credential!.renew !== undefined,
    close: room.close,
  }
}

/** How often each line was called, and how many calls were counted for that. */
const counts = new Map<Emulator, { seen: number; readonly by: Map<string, number> }>()

/** Counts only the calls that came since it was last asked: there are thousands. */
function count(emulator: Emulator, line: string): number {
  const known = counts.get(emulator) ?? { seen: 0, by: new Map<string, number>() }
  counts.set(emulator, known)
  const calls = emulator.calls()
  for (; known.seen < calls.length; known.seen += 1) {
    const { method, url } = calls[known.seen]!
    const called = `${method} ${url.split('?', 1)[0]!}`
    known.by.set(called, (known.by.get(called) ?? 0) + 1)
  }
  return known.by.get(line) ?? 0
}

test.concurrent.each(Object.keys(providers) as ProviderName[])(
  'every method of %s ends as it should under every fault',
  async (name) => {
    const { names, call, credential, renews, close } = await openRoom(name)
    const table = rows[name](credential)
    expect(Object.keys(table).sort()).toEqual([...names].sort())

    const wrong: string[] = []
    const check = async ([method, row]: [string, Row]): Promise<void> => {
      await line.acquire({ signal: new AbortController().signal, timeoutMs: 60_000 })
      const without = await call(method, row, PLENTY_MS)
      const found: string[] = []
      for (const [fault, given, expected, deadlineMs] of COLUMNS) {
        const before = count(emulators[name], without.sent)
        emulators[name].fault({
          ...given,
          ...(given.status === 401 && name in EXPIRED ? { body: EXPIRED[name] } : {}),
          match: without.sent,
        })
        const seen = await call(method, row, given.fault === 'hang' ? TIMEOUT_MS : PLENTY_MS, deadlineMs)
        emulators[name].forget(without.sent)
        const wanted = wantedOf(name, fault, row, expected, renews)
        const counted = () => count(emulators[name], without.sent) - before
        // What was sent and given up may arrive a moment later.
        for (let tries = 0; counted() < wanted.calls && tries < 100; tries += 1) await delay(20)
        const calls = counted()
        // A repeat that is refused does not say what became of the first.
        const repeated =
          row.kind === 'keyed' && fault === 'reset once' && without.end !== 'ok' ? 'OUTCOME_UNKNOWN' : without.end
        const end = wanted.end === 'same' ? repeated : wanted.end
        const least = wanted.took ?? 0
        if (
          String(seen.end) !== String(end) ||
          calls !== wanted.calls ||
          seen.took < least * 0.95 ||
          seen.turns > least + MAX_DELAY
        )
          wrong.push(
            `${method} × ${fault}: ${String(end)}/${wanted.calls}/${least}–${least + MAX_DELAY} was wanted, ${String(seen.end)}/${calls}/${seen.took.toFixed(1)} (${seen.turns.toFixed(1)} of the event loop) came`,
          )
        found.push(`${fault} ${SHORT[seen.end] ?? seen.end}/${calls}/${seen.took.toFixed(1)}`)
      }
      line.release()
      lines.push(`${name}.${method} (${row.kind}): ${found.join(' · ')}`)
    }
    const methods = Object.entries(table)
    await Promise.all(methods.filter(([, { isLast }]) => isLast !== true).map(check))
    for (const last of methods.filter(([, { isLast }]) => isLast === true)) await check(last)
    expect(wrong).toEqual([])
    await close()
  },
  180_000,
)

function wantedOf(
  name: ProviderName,
  fault: string,
  { kind, loose }: Row,
  expected: Readonly<Record<Kind, Cell>>,
  renews: boolean,
): Omit<Cell, 'end'> & { end: End | 'ok' } {
  if (loose && (fault === 'malformed' || fault === 'html')) return { end: 'ok', calls: 1 }
  if (fault === '401 once' && !renews) return cell('PROVIDER_REFUSED')
  return EXCEPT[name]?.[fault]?.[kind] ?? expected[kind]
}
