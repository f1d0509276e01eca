import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { startProcess } from '../support/processes.js'
import { freePort } from '../support/redis.js'

const RULES = ['recording.yml', 'alerts.yml']
const START_MS = 30_000

/** A series of a range: its labels, and its values by the time in seconds since 1970. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [seconds: number, value: string])[]
}

export interface Prometheus {
  /** Runs a query over a range, with a value for each step. */
  readonly range: (expr: string, from: number, to: number, step: number) => Promise<readonly Series[]>
  /** The names of the alerts that fire or wait for their time. */
  readonly alerts: () => Promise<readonly string[]>
  readonly stop: () => void
}

/** The configuration: every second each target, and the rules of `deploy/` at a shorter interval. */
function configure(folder: string, targets: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  for (const file of RULES) {
    const rules = readFileSync(join('deploy/prometheus', file), 'utf8').replaceAll(/interval: \w+/g, 'interval: 5s')
    writeFileSync(join(folder, file), rules)
  }
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '5s' },
    rule_files: RULES,
    scrape_configs: [{ job_name: 'kyc-graph', static_configs: [{ targets }] }],
  }
  const path = join(folder, 'prometheus.yml')
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config))
  return path
}

async function ask(url: string, path: string, query: Readonly<Record<string, string>>): Promise<any> {
  const { statusCode, body } = await request(`${url}/api/v1/${path}?${new URLSearchParams(query).toString()}`)
  const { status, data, error } = (await body.json()) as { status: string; data: unknown; error?: string }
  if (status !== 'success') throw new Error(`Prometheus answers ${statusCode}: ${error}`)
  return data
}

/** Starts the `prometheus` of this machine, which scrapes these addresses. */
export async function startPrometheus(folder: string, targets: readonly string[]): Promise<Prometheus> {
  const config = configure(folder, targets)
  const listen = `127.0.0.1:${await freePort()}`
  const child = startProcess(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${listen}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const url = `http://${listen}`
  for (const until = Date.now() + START_MS; ; await delay(100)) {
    const isReady = await request(`${url}/-/ready`).then(
      async ({ statusCode, body }) => (await body.dump(), statusCode === 200),
      () => false,
    )
    if (isReady) break
    if (child.exitCode !== null || Date.now() > until) throw new Error('Prometheus did not start.')
  }
  return {
    async range(expr, from, to, step) {
      const window = { start: String(from), end: String(to), step: String(step) }
      return ((await ask(url, 'query_range', { query: expr, ...window })) as { result: Series[] }).result
    },
    async alerts() {
      const { alerts } = (await ask(url, 'alerts', {})) as { alerts: { labels: { alertname: string } }[] }
      return [...new Set(alerts.map(({ labels }) => labels.alertname))].sort()
    },
    stop: () => void child.kill('SIGKILL'),
  }
}
