import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { startWorld, type World } from '../chaos/world.js'
import { freePort } from '../support/redis.js'
import { expanded, type Panel, readBoard, type Target } from './board.js'
import { draw, type DrawnPanel, type Line } from './drawing.js'
import { load } from './load.js'
import { type Prometheus, type Series, startPrometheus } from './prometheus.js'

/** Points of a line. */
const POINTS = 120
/** Of rates, for targets that are scraped each second. */
const RATE_INTERVAL = '10s'

interface RunOptions {
  readonly seconds: number
  readonly folder: string
  /** The compiled server. */
  readonly program: string
  readonly progress: (line: string) => void
}

export interface BoardRun {
  readonly svg: string
  /** The titles of the panels that have no data. */
  readonly empty: readonly string[]
  readonly alerts: readonly string[]
}

/** The trouble of a run, at shares of its time: it is seen on the board. */
async function trouble({ emulators, redis }: World, { seconds, progress }: RunOptions): Promise<void> {
  const share = (part: number) => delay(seconds * part * 1000)
  await share(0.3)
  progress('Synctera answers 503')
  await emulators.fault('synctera', { match: 'GET /v0/**', fault: 'status', status: 503, times: 0 })
  await share(0.15)
  await emulators.clear()
  await emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'drop-after-apply', times: 6 })
  await share(0.2)
  progress('Redis is away')
  await redis!.kill()
  await share(0.1)
  await redis!.start()
  await share(0.25)
}

/** Answers once a value that the contract does not list, so that drift is seen. */
async function drift({ emulators }: World): Promise<void> {
  const { SYNCTERA_URL: url, SYNCTERA_API_KEY: key } = emulators.settings
  const { body } = await request(`${url}/v0/persons?limit=20`, { headers: { authorization: `Bearer ${key}` } })
  const page = (await body.json()) as { persons: object[] }
  const persons = page.persons.map((person) => ({ ...person, verification_status: 'UNLISTED' }))
  const answer = { ...page, persons }
  await emulators.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 200, body: answer, times: 2 })
}

/** Subscribes a replica to the events of Synctera, by its own API. */
async function subscribe({ emulators, replicas }: World): Promise<void> {
  const { SYNCTERA_URL: url, SYNCTERA_API_KEY: key } = emulators.settings
  const { body } = await request(`${url}/v0/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      url: `${replicas[0]!.url}/webhooks/synctera`,
      enabled_events: ['PERSON.*'],
      is_enabled: true,
    }),
  })
  await body.dump()
}

const nameOf = ({ metric }: Series, { legendFormat }: Target): string =>
  legendFormat.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_all, label: string) => metric[label] ?? '').trim()

const lineOf = (series: Series, target: Target, from: number): Line => ({
  name: nameOf(series, target),
  points: series.values
    .map(([at, value]): [number, number] => [at - from, Number(value)])
    .filter(([, value]) => Number.isFinite(value)),
})

async function ask(panel: Panel, prometheus: Prometheus, from: number, to: number): Promise<DrawnPanel> {
  const step = Math.max(1, (to - from) / POINTS)
  const answers = await Promise.all(
    panel.targets!.map(async (target) => {
      const series = await prometheus.range(expanded(target.expr, RATE_INTERVAL), from, to, step)
      return series.map((one) => lineOf(one, target, from))
    }),
  )
  return { panel, lines: answers.flat().filter(({ points }) => points.length > 0) }
}

/** Starts everything, puts load on it, and asks every query of the board. */
export async function run(options: RunOptions): Promise<BoardRun> {
  const { seconds, folder, program, progress } = options
  const ports = [await freePort(), await freePort()]
  const world = await startWorld({
    folder,
    program,
    areEmulatorsApart: true,
    replicas: ports.map((port) => ({ settings: { ADMIN_PORT: String(port) } })),
  })
  const prometheus = await startPrometheus(
    `${folder}/prometheus`,
    ports.map((port) => `127.0.0.1:${port}`),
  )
  try {
    await subscribe(world)
    const from = Date.now() / 1000
    const ending = new AbortController()
    progress(`load for ${seconds} s`)
    const loaded = load(world, ending.signal)
    await drift(world)
    await trouble(world, options)
    ending.abort()
    await loaded
    const to = Date.now() / 1000
    const board = readBoard()
    const panels = await Promise.all(
      board.panels.filter(({ targets }) => targets !== undefined).map((panel) => ask(panel, prometheus, from, to)),
    )
    for (const { panel, lines } of panels) progress(`${String(lines.length).padStart(3)} series  ${panel.title}`)
    const rows = board.panels.filter(({ type }) => type === 'row')
    const subtitle = `Drawn by npm run board from the answers of Prometheus, not by Grafana: two processes, ${seconds} s, a provider that fails, Redis away for a while`
    return {
      svg: draw(rows, panels, to - from, subtitle),
      empty: panels.filter(({ lines }) => lines.length === 0).map(({ panel }) => panel.title),
      alerts: await prometheus.alerts(),
    }
  } finally {
    prometheus.stop()
    await world.close()
  }
}
