import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Environment } from './environment.js'
import type { Progress } from './measure.js'

interface Frame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  /** In µs, by the same clock as `process.hrtime`. */
  readonly startTime: number
}

/** A part of the profile, in µs. */
interface Window {
  readonly title: string
  readonly from: number
  readonly to: number
}

const SECONDS = 6
const MAX_LINES = 30

const now = (): number => Number(process.hrtime.bigint() / 1000n)

const packageOf = (url: string): string =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url.slice(url.lastIndexOf('/node_modules/')))?.[1] ??
  (url.startsWith('node:') ? url : (/\/dist\/(.*)/.exec(url)?.[1] ?? 'native'))

const KINDS = {
  package: ({ functionName, url }: Frame) => (functionName.startsWith('(') ? functionName : packageOf(url)),
  function: ({ functionName, url, lineNumber }: Frame) =>
    `${functionName || '(anonymous)'}  ${packageOf(url)}:${lineNumber + 1}`,
} as const

/** Prints where the CPU time of workloads is spent: own time by package and by function. */
export async function profile(ids: readonly string[], progress: Progress): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-profile-'))
  const nodeArguments = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500']
  const environment = await Environment.open({ hasContenders: false, nodeArguments }, progress)
  const windows = await loadWindows(environment, ids, progress)
  const { child } = environment.server
  child.kill('SIGTERM')
  await Promise.race([once(child, 'exit'), delay(30_000)])
  const [file] = readdirSync(folder)
  const recorded = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Profile
  for (const window of windows) print(recorded, window)
  await environment.close()
}

/** Loads the server with each workload, and returns when each load began and ended. */
async function loadWindows(environment: Environment, ids: readonly string[], progress: Progress): Promise<Window[]> {
  const { server, workloads, errorWorkloads } = environment
  const wanted = [...workloads, ...errorWorkloads.errors].filter(({ id }) => ids.includes(id))
  const windows: Window[] = []
  for (const workload of wanted) {
    await environment.warm(server, workload)
    const from = now()
    const { cpuMs, rps } = await environment.measure(server, workload, { seconds: SECONDS })
    const title = `${workload.title}: ${rps.toFixed(0)} req/s, ${cpuMs.toFixed(2)} ms CPU/op`
    windows.push({ title, from, to: now() })
    progress(workload.title)
  }
  return windows
}

function print({ nodes, samples, timeDeltas, startTime }: Profile, { title, from, to }: Window): void {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const own = { package: new Map<string, number>(), function: new Map<string, number>() }
  let [at, total] = [startTime, 0]
  samples.forEach((sample, i) => {
    const time = timeDeltas[i]!
    at += time
    const frame = frames.get(sample)!
    if (at < from || at > to || frame.functionName === '(idle)') return
    total += time
    for (const kind of ['package', 'function'] as const) {
      const name = KINDS[kind](frame)
      own[kind].set(name, (own[kind].get(name) ?? 0) + time)
    }
  })
  console.log(`\n${title}`)
  for (const kind of ['package', 'function'] as const) {
    console.log(`\nOwn time by ${kind}:`)
    for (const [name, time] of [...own[kind]].sort(([, a], [, b]) => b - a).slice(0, MAX_LINES))
      console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`)
  }
}
