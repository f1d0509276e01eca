import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openStage } from './stage.js'

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  /** In µs, by the same clock as `process.hrtime`. */
  readonly startTime: number
}

const WARM_SECONDS = 3
const SECONDS = 6
const MOST = 30

const packageOf = (url: string): string =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url.slice(url.lastIndexOf('/node_modules/')))?.[1] ??
  (url.startsWith('node:') ? url : (/\/dist\/(.*)/.exec(url)?.[1] ?? 'native'))

const now = (): number => Number(process.hrtime.bigint() / 1000n)

/** Where the CPU time of workloads goes: by package and by function, each with its own time. */
export async function profile(letters: readonly string[], progress: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-profile-'))
  const stage = await openStage(
    { names: [], crowd: 250, nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'] },
    progress,
  )
  const us = stage.contenders.get('server')!
  const windows: { title: string; from: number; to: number }[] = []
  for (const workload of stage.workloads.filter(({ title }) =>
    letters.some((letter) => title.startsWith(`(${letter})`)),
  )) {
    const requests = stage.requests(workload, us)
    // First the compiler has its say.
    await stage.measure(us, requests, { seconds: WARM_SECONDS })
    const from = now()
    const { cpuMs, rps } = await stage.measure(us, requests, { seconds: SECONDS })
    windows.push({
      title: `${workload.title}: ${rps.toFixed(0)} req/s, ${cpuMs.toFixed(2)} ms CPU/op`,
      from,
      to: now(),
    })
    progress(workload.title)
  }
  us.child.kill('SIGTERM')
  await Promise.race([once(us.child, 'exit'), delay(30_000)])

  const [file] = readdirSync(folder)
  const { nodes, samples, timeDeltas, startTime } = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Profile
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  for (const { title, from, to } of windows) {
    const own = { package: new Map<string, number>(), function: new Map<string, number>() }
    let [at, total] = [startTime, 0]
    samples.forEach((sample, i) => {
      const time = timeDeltas[i]!
      at += time
      const { functionName, url, lineNumber } = frames.get(sample)!
      if (at < from || at > to || functionName === '(idle)') return
      total += time
      const place = packageOf(url)
      const name = {
        package: functionName.startsWith('(') ? functionName : place,
        function: `${functionName || 'without a name'}  ${place}:${lineNumber + 1}`,
      }
      for (const kind of ['package', 'function'] as const)
        own[kind].set(name[kind], (own[kind].get(name[kind]) ?? 0) + time)
    })
    console.log(`\n${title}`)
    for (const kind of ['package', 'function'] as const) {
      console.log(`\nOwn time by ${kind}:`)
      for (const [name, time] of [...own[kind]].sort(([, a], [, b]) => b - a).slice(0, MOST))
        console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`)
    }
  }
  await stage.close()
}
