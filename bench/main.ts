import { execFileSync } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BEFORE, compareBuilds, comparisonTable, isWorse } from './compare.js'
import { Environment } from './environment.js'
import { growthByConnections, growthByRows } from './growth.js'
import { measureHalfLoad } from './half-load.js'
import { measureErrors, measureWorkload, type Plan, type Row } from './measure.js'
import { growthPlot, ratioPlot } from './plot.js'
import { pinned, stopAll } from './processes.js'
import { profile } from './profile.js'
import { report } from './report.js'
import { mergeResults, NO_RESULTS, type Results } from './results.js'
import { compile, compileModules, ROOT } from './server.js'
import { measureStartup } from './startup.js'
import { measureSubscriptions } from './subscriptions.js'
import { measureTraces, TRACES_PLAN } from './traces.js'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string', default: '2' },
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
const plan: Plan = { rounds: Number(options.rounds ?? 11), seconds: Number(options.seconds) }

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
  if (options.profile === undefined) compile(root)
  else compileModules(root)
}

/** True for the workloads and parts that are named, and for all without `--only`. */
const isNamed = (id: string): boolean => options.only?.split(',').includes(id) ?? true
const isWanted = ({ id }: { readonly id: string }): boolean => isNamed(id)

/** The error workloads that are wanted, with the operation that succeeds. */
function wantedErrors({ errorWorkloads: { success, errors } }: Environment) {
  const wanted = errors.filter(isWanted)
  return wanted.length > 0 ? { success, errors: wanted } : undefined
}

/** Compares this build with another checkout's; fails when a workload is worse by more than the noise of the run. */
async function compare(root: string): Promise<void> {
  build(root)
  const builds = BEFORE.map((name) => ({ name, root }))
  const environment = await Environment.open({ hasContenders: false, builds, isWanted }, progress)
  const errors = wantedErrors(environment)
  const workloads = [...environment.workloads, ...(errors ? [errors.success, ...errors.errors] : [])]
  const comparisons = await compareBuilds(environment, workloads, plan, progress)
  console.log(`\nNode ${process.version}, ${plan.rounds} rounds of ${plan.seconds} s each, in turns.\n`)
  console.log(comparisonTable(comparisons))
  process.exitCode = comparisons.some(isWorse) ? 1 : 0
  await environment.close()
}

/** The cost of traces, for `customer(id)` and the workloads that are named. */
async function printTraces(): Promise<void> {
  const turns = { ...TRACES_PLAN, rounds: Number(options.rounds ?? TRACES_PLAN.rounds) }
  const rows = await measureTraces(
    ({ id }) => id === 'success' || (options.only !== undefined && isNamed(id)),
    turns,
    progress,
  )
  console.log(`\nNode ${process.version}, ${turns.rounds} rounds of ${turns.seconds} s each, in turns.\n\n${rows}`)
}

/** The parts that are no workload, by their names. */
const PARTS = {
  growth: async (environment: Environment) => ({ growth: await growthByRows(environment, plan, progress) }),
  connections: async (environment: Environment) => ({ connections: await growthByConnections(environment, progress) }),
  'half-load': async (environment: Environment) => ({ halfLoad: await measureHalfLoad(environment, plan, progress) }),
  start: async (environment: Environment) => ({ startup: await measureStartup(environment, plan, progress) }),
  subscriptions: async () => ({ subscriptions: await measureSubscriptions(plan, progress) }),
}

async function measureAll(): Promise<Results> {
  const [load = 0] = loadavg()
  const environment = await Environment.open({ hasContenders: true, isWanted }, progress)
  const rows: Row[] = []
  for (const workload of environment.workloads)
    rows.push(...(await measureWorkload(environment, workload, plan, progress)))
  const errors = wantedErrors(environment)
  if (errors) rows.push(...(await measureErrors(environment, errors, plan, progress)))
  const parts: Partial<Results>[] = []
  const wantedParts = Object.entries(PARTS).filter(([name]) => isNamed(name))
  for (const [, measure] of wantedParts) parts.push(await measure(environment))
  await environment.close()
  const run = {
    measured: [...new Set([...rows.map(({ id }) => id), ...wantedParts.map(([name]) => name)])],
    node: process.version,
    cores: availableParallelism(),
    pinned,
    load,
    plan,
    missing: Object.fromEntries(environment.missing),
  }
  return Object.assign({ runs: [run], rows }, ...parts) as Results
}

/** Writes the results of this run beside those that it did not measure, with the report and the plots. */
function save(measured: Results): void {
  mkdirSync(RESULTS, { recursive: true })
  const file = join(RESULTS, 'latest.json')
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : NO_RESULTS
  const results = mergeResults(before, measured)
  const rounded = (_name: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`)
  writeFileSync(join(RESULTS, 'report.md'), `# Results\n\n${report(results)}\n`)
  writeFileSync(join(RESULTS, 'ratios.svg'), ratioPlot(results.rows))
  if (results.growth && results.connections)
    writeFileSync(join(RESULTS, 'growth.svg'), growthPlot(results.growth.points, results.connections))
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('CPU time and memory are read from /proc: run it on Linux.')
  build(ROOT)
  if (options.profile !== undefined) return profile(options.profile.split(','), progress)
  if (options.before !== undefined) return compare(resolve(options.before))
  if (options.traces) return printTraces()
  install()
  const results = await measureAll()
  console.log(`\n${report(results)}`)
  if (options.save) save(results)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(1)))

try {
  await main()
} finally {
  await stopAll()
}
