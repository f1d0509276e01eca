import { execFileSync } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BEFORE, compareBuilds, comparisonTable, isWorse } from './compare.js'
import { Environment } from './environment.js'
import { growth } from './growth.js'
import { measureErrors, measureWorkload, type Plan, type Row } from './measure.js'
import { overhead } from './overhead.js'
import { growthPlot, ratioPlot } from './plot.js'
import { pinned, stopAll } from './processes.js'
import { profile } from './profile.js'
import { replaceResults, type Results, table } from './report.js'
import { compile, ROOT } from './server.js'
import { measureTraces, TRACES_PLAN } from './traces.js'
import type { Workload } from './workloads.js'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    before: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
    traces: { type: 'boolean', default: false },
  },
})

// Every process that is started here adds listeners to this one.
setMaxListeners(0)

const begun = Date.now()
const progress = (line: string) =>
  console.log(`${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${line}`)

const RESULTS = join(ROOT, 'bench/results')
const QUICK: Plan = { rounds: 2, warmSeconds: 0.8, seconds: 0.5 }
const FULL: Plan = { rounds: 5, warmSeconds: 3, seconds: 2 }
const plan = options.quick ? QUICK : FULL

/** A quick run has fewer records, and is not saved unless `--save` is given. */
const isWhole = !options.quick || options.save
const crowd = isWhole ? 1000 : 250

function install(): void {
  if (existsSync(join(ROOT, 'bench/node_modules'))) return
  progress('installing the contenders')
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: join(ROOT, 'bench'),
    stdio: 'inherit',
  })
}

function build(root: string): void {
  // For several measurements of the same build.
  if (options.built) return
  progress(`compiling ${root}`)
  compile(root)
}

/** True for the workloads whose letters are given, and for all without `--only`. */
const isWanted = ({ title }: { readonly title: string }): boolean =>
  options.only?.split(',').some((letter) => title.startsWith(`(${letter})`)) ?? true

/** The error workloads that are wanted, with the operation that succeeds. */
function wantedErrors({ errorWorkloads: { success, errors } }: Environment) {
  const wanted = errors.filter(isWanted)
  return wanted.length > 0 ? { success, errors: wanted } : undefined
}

/** Compares this build with another checkout's; fails when a workload is worse by more than the noise of the run. */
async function compare(root: string): Promise<void> {
  build(root)
  const environment = await Environment.open(
    { names: [], builds: BEFORE.map((name) => ({ name, root })), crowd },
    progress,
  )
  const errors = wantedErrors(environment)
  const workloads = [...environment.workloads.filter(isWanted), ...(errors ? [errors.success, ...errors.errors] : [])]
  const comparisons = await compareBuilds(environment, workloads, plan, progress)
  console.log(`\nNode ${process.version}, ${plan.rounds} rounds of ${plan.seconds} s each, in turns.\n`)
  console.log(comparisonTable(comparisons))
  process.exitCode = comparisons.some(isWorse) ? 1 : 0
  await environment.close()
}

/** The cost of traces, for `customer(id)` and the workloads that are wanted. */
async function printTraces(): Promise<void> {
  const isMeasured = (workload: Workload) =>
    workload.name === 'Customer' || (options.only !== undefined && isWanted(workload))
  const turns = options.quick ? QUICK : TRACES_PLAN
  const rows = await measureTraces(isMeasured, turns, crowd, progress)
  console.log(`\nNode ${process.version}, ${turns.rounds} rounds of ${turns.seconds} s each, in turns.\n\n${rows}`)
}

/** Own time of the customer page at half of the throughput that was measured. */
async function measureOverhead(environment: Environment, rows: readonly Row[]) {
  const page = environment.workloads.find(({ name }) => name === 'CustomerPage')!
  const rps = rows.find(({ workload, contender }) => workload === page.title && contender === 'server')?.rps
  if (rps === undefined || !Number.isFinite(rps)) return undefined
  progress('latency of (a) at half load')
  return overhead(environment, page, rps, options.quick ? { rounds: 1, seconds: 1 } : { rounds: 5, seconds: 3 })
}

async function measureAll(): Promise<Results> {
  const [load = 0] = loadavg()
  const environment = await Environment.open({ names: ['raw', 'bare', 'plain', 'hive'], crowd }, progress)
  const rows: Row[] = []
  for (const workload of environment.workloads.filter(isWanted))
    rows.push(...(await measureWorkload(environment, workload, plan, progress)))
  const errors = wantedErrors(environment)
  const sizes = isWhole ? [1, 10, 100, 1000] : [1, 10, 100]
  const results = {
    machine: { cores: availableParallelism(), node: process.version, pinned, load },
    plan: { ...plan, connections: 32 },
    rows,
    errors: errors && (await measureErrors(environment, errors, plan, progress)),
    overhead: await measureOverhead(environment, rows),
    growth:
      options.only === undefined ? await growth(environment, sizes, options.quick ? 0.5 : 4, progress) : undefined,
  }
  await environment.close()
  return results
}

/** Writes the results, the plots and the table of the README. */
function save(results: Results): void {
  mkdirSync(RESULTS, { recursive: true })
  const rounded = (_name: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
  writeFileSync(join(RESULTS, 'latest.json'), `${JSON.stringify(results, rounded, 2)}\n`)
  writeFileSync(join(RESULTS, 'ratios.svg'), ratioPlot(results.rows))
  if (results.growth) writeFileSync(join(RESULTS, 'growth.svg'), growthPlot(results.growth))
  const readme = join(ROOT, 'bench/README.md')
  writeFileSync(readme, replaceResults(readFileSync(readme, 'utf8'), results))
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('CPU time and memory are read from /proc: run it on Linux.')
  build(ROOT)
  if (options.profile !== undefined) return profile(options.profile.split(','), progress)
  if (options.before !== undefined) return compare(resolve(options.before))
  if (options.traces) return printTraces()
  install()
  const results = await measureAll()
  console.log(`\n${table(results)}`)
  if (isWhole && options.only === undefined) save(results)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(1)))

try {
  await main()
} finally {
  await stopAll()
}
