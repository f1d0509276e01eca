import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { ADA } from '../../../datasources/emulator/people.js'
import { type Answer, startWorld, type World } from '../world.js'
import { atMost, type Check, type Outcome, type Scenario } from '../scenario.js'

const EVERY_MS = 50
/** The circuit lets a call through after 5 s. */
const BEFORE_PROBE_MS = 4_000
const BUSY_MS = 400

interface Seen {
  readonly beganAt: number
  readonly ms: number
  readonly code: unknown
}

/** Sends a query at a fixed rate until it is stopped, whatever the answers take. */
function openLoop(world: World, query: () => string, everyMs: number, seen: Seen[]): () => Promise<unknown> {
  const running: Promise<unknown>[] = []
  const send = () => {
    const beganAt = performance.now()
    const note = ({ ms, errors }: Answer) => void seen.push({ beganAt, ms, code: errors[0]?.extensions['code'] })
    running.push(world.query(world.replicas[0]!, query()).then(note))
  }
  const timer = setInterval(send, everyMs)
  return () => {
    clearInterval(timer)
    return Promise.all(running)
  }
}

/** The moment at which the circuit of a provider is seen open. */
async function opened(world: World, provider: string, timeoutMs: number): Promise<number> {
  for (const begun = performance.now(); performance.now() - begun < timeoutMs; await delay(20)) {
    const { body } = await request(`${world.replicas[0]!.adminUrl}/ready`)
    const { circuits } = (await body.json()) as { circuits: Record<string, string> }
    if (circuits[provider] === 'open') return performance.now()
  }
  return Infinity
}

function judge(
  reads: readonly Seen[],
  slow: readonly Seen[],
  silentAt: number,
  openAt: number,
  timeoutMs: number,
): Check[] {
  const before = reads.filter(({ beganAt }) => beganAt >= silentAt && beganAt < openAt)
  // A call that begins later may be the one that the circuit lets through.
  const after = reads.filter(({ beganAt }) => beganAt >= openAt && beganAt < openAt + BEFORE_PROBE_MS)
  const longest = (some: readonly Seen[]) => Math.max(0, ...some.map(({ ms }) => ms))
  return [
    atMost('circuit open after the first silent call', (openAt - silentAt) / timeoutMs, 1.2, ' time-outs'),
    atMost('longest wait of a call before that', longest(before) / timeoutMs, 1.2, ' time-outs'),
    atMost('longest wait of a call after that', longest(after), BUSY_MS, ' ms'),
    atMost('calls of a slow provider that fail', slow.filter(({ code }) => code !== undefined).length, 0),
    {
      what: 'calls after the circuit opened',
      bound: 'PROVIDER_UNAVAILABLE',
      seen: [...new Set(after.map(({ code }) => String(code)))].join(', '),
      holds: after.length > 0 && after.every(({ code }) => code === 'PROVIDER_UNAVAILABLE'),
    },
  ]
}

/** A provider stops answering under load, beside one that answers slowly. */
export const silentProvider: Scenario = {
  name: 'silent-provider',
  title: 'A provider that answers nothing, beside one that is slow',
  async run({ folder, program, isShort, progress }): Promise<Outcome> {
    const timeoutMs = isShort ? 2_000 : 10_000
    const world = await startWorld({
      folder,
      program,
      redis: false,
      settings: { SYNCTERA_TIMEOUT_MS: String(timeoutMs), OBP_TIMEOUT_MS: String(timeoutMs) },
    })
    try {
      const reads: Seen[] = []
      const slow: Seen[] = []
      await world.query(world.replicas[0]!, `{ customer(id: "${ADA.customerId}") { id } }`)
      await world.emulators.fault('obp', { match: 'GET /obp/**', fault: 'slow', delayMs: 0.6 * timeoutMs, times: 0 })
      const stops = [
        openLoop(world, () => `{ person(id: "${randomUUID()}") { id } }`, EVERY_MS, reads),
        openLoop(world, () => `{ customer(id: "${randomUUID()}") { id } }`, 4 * EVERY_MS, slow),
      ]
      await delay(isShort ? 2_000 : 30_000)
      progress('the provider falls silent')
      const silentAt = performance.now()
      await world.emulators.fault('synctera', { match: '* /v0/**', fault: 'hang', times: 0 })
      const openAt = await opened(world, 'synctera', 3 * timeoutMs)
      await delay(BEFORE_PROBE_MS)
      await Promise.all(stops.map((stop) => stop()))
      const points = reads.map(({ beganAt, ms }): [number, number] => [(beganAt - silentAt) / 1000, ms])
      points.sort(([a], [b]) => a - b)
      return {
        checks: judge(reads, slow, silentAt, openAt, timeoutMs),
        panels: [
          {
            title: 'wait of a read, by the time it began',
            unit: 'ms',
            lines: [{ name: 'reads of the silent provider', points }],
            marks: [
              [0, 'silent'],
              [(openAt - silentAt) / 1000, 'circuit open'],
            ],
          },
        ],
      }
    } finally {
      await world.close()
    }
  },
}
