import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openStage } from './stage.js'

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }; readonly children?: readonly number[] }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const SECONDS = 8
const MOST = 45

const packageOf = (url: string): string => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url.slice(url.lastIndexOf('/node_modules/')))?.[1] ?? (url.startsWith('node:') ? url : (/\/dist\/(.*)/.exec(url)?.[1] ?? 'native'))

/** Where one workload's CPU time goes: by function and by package, each with its own time. */
export async function profile(letter: string, progress: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-profile-'))
  const stage = await openStage({ names: [], crowd: 250, nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'] }, progress)
  const workload = stage.workloads.find(({ title }) => title.startsWith(`(${letter})`))
  if (!workload) throw new Error(`There is no workload (${letter}).`)
  const us = stage.contenders.get('server')!
  progress(workload.title)
  await stage.measure(us, stage.requests(workload, us), { seconds: SECONDS })
  us.child.kill('SIGTERM')
  await Promise.race([once(us.child, 'exit'), delay(30_000)])

  const [file] = readdirSync(folder)
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Profile
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const own = { function: new Map<string, number>(), package: new Map<string, number>() }
  // The last seconds only: what was before is the start.
  let left = (SECONDS - 1) * 1e6
  let total = 0
  for (let i = samples.length - 1; i > 0 && left > 0; i -= 1) {
    const time = timeDeltas[i]!
    left -= time
    const { functionName, url, lineNumber } = byId.get(samples[i]!)!.callFrame
    if (functionName === '(idle)') continue
    total += time
    const place = packageOf(url)
    for (const [kind, name] of [
      ['function', `${functionName || '(anonymous)'}  ${place}:${lineNumber + 1}`],
      ['package', functionName.startsWith('(') ? functionName : place],
    ] as const)
      own[kind].set(name, (own[kind].get(name) ?? 0) + time)
  }
  for (const kind of ['package', 'function'] as const) {
    console.log(`\nOwn time by ${kind}:`)
    for (const [name, time] of [...own[kind]].sort(([, a], [, b]) => b - a).slice(0, MOST)) console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`)
  }
  await stage.close()
}
