import { execFileSync } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { compared } from './compare.js'
import { compete, growth, overhead, type Plan, type Row } from './measure.js'
import { growthPlot, ratioPlot } from './plot.js'
import { pinned, stopAll } from './processes.js'
import { profile } from './profile.js'
import { page, type Results, table } from './report.js'
import { openStage, ROOT } from './stage.js'
import { pageOf } from './workloads.js'

const given = process.argv.slice(2)
const has = (flag: string) => given.includes(flag)
const valueOf = (flag: string) => (has(flag) ? given[given.indexOf(flag) + 1] : undefined)

// Many wait for one thing here, and are meant to.
setMaxListeners(0)

const begun = Date.now()
const progress = (line: string) =>
  console.log(`${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${line}`)

const RESULTS = join(ROOT, 'bench/results')
const QUICK: Plan = { rounds: 2, warmSeconds: 0.8, seconds: 0.5 }
const FULL: Plan = { rounds: 5, warmSeconds: 3, seconds: 2 }

function build(): void {
  if (!existsSync(join(ROOT, 'bench/node_modules'))) {
    progress('installing what is measured beside this server')
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: join(ROOT, 'bench'), stdio: 'inherit' })
  }
  // For one measurement after another of the same build.
  if (has('--built')) return
  progress('building the server')
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
}

/** Letters of the workloads that are wanted; all when none are named. */
const wanted = (title: string) =>
  valueOf('--only')
    ?.split(',')
    .some((letter) => title.startsWith(`(${letter})`)) ?? true

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('CPU time and memory are read from /proc: run it on Linux.')
  build()
  const letters = valueOf('--profile')
  if (letters !== undefined) return profile(letters.split(','), progress)

  const quick = has('--quick')
  const [load = 0] = loadavg()
  const plan = quick ? QUICK : FULL
  const whole = !quick || has('--save')
  const stage = await openStage({ names: ['raw', 'bare', 'plain', 'hive'], crowd: whole ? 1000 : 250 }, progress)
  const rows: Row[] = []
  for (const workload of stage.workloads)
    if (wanted(workload.title)) rows.push(...(await compete(stage, workload, plan, progress)))
  // By the same plan and among the same others as the baseline was: warmed for less time, or with the machine to itself, a server seems a tenth better or worse.
  if (has('--compare')) {
    const baseline = JSON.parse(readFileSync(join(RESULTS, 'latest.json'), 'utf8')) as Results
    const { text, worse } = compared(baseline.rows, rows)
    console.log(text)
    process.exitCode = worse ? 1 : 0
    return stage.close()
  }

  const named = (name: string) => stage.workloads.find((workload) => workload.name === name)!
  const [a, c] = [named('CustomerPage'), named('TenPersons')]
  const rate = rows.find(({ workload, contender }) => workload === a.title && contender === 'server')?.rps
  if (rate !== undefined) progress('the time of (a) at half load')
  const half =
    rate === undefined
      ? undefined
      : await overhead(stage, a, rate, quick ? { rounds: 1, seconds: 1 } : { rounds: 5, seconds: 3 })
  const { hundreds } = stage.recording.world
  const pages = (first: number) => ({
    ...named('Customers'),
    operations: first > 100 ? hundreds.slice(0, first / 100).map((after) => pageOf(100, after)) : [pageOf(first, null)],
  })
  const grown = has('--only')
    ? undefined
    : await growth(stage, pages, c, whole ? [1, 10, 100, 1000] : [1, 10, 100], quick ? 0.5 : 4, progress)
  await stage.close()

  const results: Results = {
    machine: { cores: availableParallelism(), node: process.version, pinned, load },
    plan: { ...plan, connections: 32 },
    rows,
    overhead: half,
    growth: grown,
  }
  console.log(`\n${table(results)}`)
  progress('done')
  if (!whole || has('--only')) return
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(
    join(RESULTS, 'latest.json'),
    `${JSON.stringify(results, (_name, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value), 2)}\n`,
  )
  writeFileSync(join(RESULTS, 'ratios.svg'), ratioPlot(rows))
  if (grown) writeFileSync(join(RESULTS, 'growth.svg'), growthPlot(grown))
  const readme = join(ROOT, 'bench/README.md')
  writeFileSync(readme, page(readFileSync(readme, 'utf8'), results))
}

// Whoever is stopped leaves nothing running.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(1)))

try {
  await main()
} finally {
  await stopAll()
}
