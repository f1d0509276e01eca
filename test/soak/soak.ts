import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { PEOPLE } from '../../datasources/emulator/people.js'
import { search } from '../support/leaks.js'
import { Chaos, plan } from './chaos.js'
import { ANSWER_MS, Driver } from './driver.js'
import { type Finding, Ledger } from './ledger.js'
import { Memory } from './memory.js'
import { Oracle } from './oracle.js'
import { plot } from './plot.js'
import { randomOf } from './random.js'
import type { Replica } from './replica.js'
import { countFindings, type Report } from './report.js'
import { countMarks } from './state.js'
import { Traffic } from './tally.js'
import { warmUp } from './warm-up.js'
import { startWorld, type World } from './world.js'
import { MARKS } from './writes.js'

interface SoakOptions {
  readonly seconds: number
  readonly seed: number
  /** How many servers there are; at least two. */
  readonly replicas: number
  readonly folder: string
  readonly progress: (line: string) => void
}

const CALLERS = 8
const RECOVERY_SECONDS = 15
/** A job goes on when the lease of the process that died has ended, and its rows pause after a refusal. */
const JOB_SECONDS = 90
/** Of what is found while it runs; the rest is in the end. */
const MAX_SHOWN = 25
const PROGRESS_MS = 5_000
/** Secrets of providers that are looked for in the logs. */
const MAX_SECRETS = 50
/** From this length on a slope says something; before it memory is still warming up. */
const LONG_SECONDS = 500
const MAX_GROWTH = { long: 5, short: 150 }
/** Sockets kept alive by requests for metrics and by reports of changes, or opened for a call that had ended by then. */
const SPARE_SOCKETS = 10

const filesOf = async (replicas: readonly Replica[]): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      replicas.map(async (replica) => [replica.name, (await replica.sample())?.openFiles ?? NaN] as const),
    ),
  )

/** Waits until nothing is wrong any more; answers what still is when the time is over, and how long it took. */
async function until(
  seconds: number,
  ask: () => Promise<string[]>,
): Promise<{ readonly wrong: string[]; readonly seconds: number }> {
  const begun = Date.now()
  for (;;) {
    const wrong = await ask()
    const passed = Math.round((Date.now() - begun) / 100) / 10
    if (wrong.length === 0 || passed > seconds) return { wrong, seconds: passed }
    await delay(500)
  }
}

async function socketsAtRest({ emulators, replicas }: World, first: Readonly<Record<string, number>>) {
  let connections = 0
  let files: Record<string, number> = {}
  const { wrong } = await until(RECOVERY_SECONDS, async () => {
    for (const emulator of Object.values(emulators)) emulator.closeIdle()
    await delay(200)
    connections = (await Promise.all(Object.values(emulators).map((emulator) => emulator.connections()))).reduce(
      (sum, open) => sum + open,
      0,
    )
    files = await filesOf(replicas)
    return [
      ...Object.entries(emulators).flatMap(([name, emulator]) =>
        emulator.unanswered() > 0 ? [`${emulator.unanswered()} calls to ${name} are still held open`] : [],
      ),
      ...(connections > SPARE_SOCKETS ? [`${connections} sockets stay open at the emulators`] : []),
      ...replicas.flatMap(({ name }) =>
        files[name]! <= first[name]! + SPARE_SOCKETS
          ? []
          : [`replica ${name} keeps ${files[name]} files open, and began with ${first[name]}`],
      ),
    ]
  })
  return { connections, files, wrong }
}

/** Stops the replicas and looks at what they leave behind. */
async function afterwards(
  { replicas, auditSettings }: World,
  secrets: readonly string[],
): Promise<{ readonly audit: string; readonly findings: Finding[] }> {
  const findings: Finding[] = []
  for (const replica of replicas) {
    const code = await replica.stop()
    if (code !== 0)
      findings.push({ kind: 'process', what: `replica ${replica.name} ended with ${String(code)} on SIGTERM` })
    const { stdout, stderr } = replica.written()
    if (stderr !== '')
      findings.push({ kind: 'process', what: `replica ${replica.name} wrote to stderr: ${stderr.slice(0, 2_000)}` })
    const unforeseen = stdout.split('\n').filter((line) => /"log.level":"(error|fatal)"/.test(line))
    if (unforeseen.length > 0)
      findings.push({
        kind: 'process',
        what: `replica ${replica.name} logged ${unforeseen.length} errors, first: ${unforeseen[0]}`,
      })
    const personal = [
      ...MARKS,
      ...secrets,
      ...PEOPLE.slice(0, 20).flatMap(({ firstName, lastName, email, phone, ssn, account }) => [
        `${firstName} ${lastName}`,
        email,
        phone,
        ssn,
        account,
      ]),
    ]
    for (const what of search(personal, [{ name: `the log of replica ${replica.name}`, text: stdout + stderr }]))
      findings.push({ kind: 'leak', what })
  }
  const verify = promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'src/tools/audit-verify.ts', ...replicas.map(({ audit }) => audit)],
    { env: { PATH: process.env['PATH'], ...auditSettings }, maxBuffer: 64 * 2 ** 20 },
  )
  const audit = await verify.then(
    ({ stdout }) => stdout.trim().split('\n').slice(-3).join(' '),
    ({ stdout, stderr }: { stdout?: string; stderr?: string }) => {
      findings.push({ kind: 'process', what: `the audit trail does not hold: ${stderr?.slice(0, 2_000)}` })
      return stdout?.trim().split('\n').at(-1) ?? 'could not be read'
    },
  )
  return { audit, findings }
}

/** Runs the whole of it and says what came of it. */
export async function soak({
  seconds,
  seed,
  replicas,
  folder,
  progress,
}: SoakOptions): Promise<{ readonly report: Report; readonly svg: string; readonly findings: readonly Finding[] }> {
  const oracle = new Oracle()
  const world = await startWorld(folder, oracle, replicas)
  try {
    progress('the replicas are warmed up')
    await warmUp(world, seconds)
    const openFilesAtFirst = await filesOf(world.replicas)
    const chaos = new Chaos(world, plan(randomOf(seed), seconds, replicas))
    const ledger = new Ledger(oracle, (window) => chaos.storeWasAway(window))
    const begun = Date.now()
    const [traffic, memory] = [new Traffic(begun), new Memory(begun)]
    const driver = new Driver(world, oracle, ledger, traffic)
    const findings = () => [...driver.findings, ...ledger.findings]

    const sampling = setInterval(() => void memory.take(world.replicas), 1_000)
    let shown = 0
    const telling = setInterval(() => {
      for (const { kind, what } of findings().slice(shown, MAX_SHOWN)) progress(`       ${kind}: ${what}`)
      shown = findings().length
      const { asked, unheard, codes } = traffic.total
      progress(
        `${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${asked} operations, ${codes['ok'] ?? 0} ok, ${unheard} unheard, ${chaos.marks.length} troubles, ${findings().length} findings`,
      )
    }, PROGRESS_MS)
    try {
      await Promise.all([
        chaos.run(begun),
        ...Array.from({ length: CALLERS }, (_, i) => driver.work(randomOf(seed + i + 1), begun + seconds * 1000)),
      ])
    } finally {
      clearInterval(sampling)
      clearInterval(telling)
    }

    progress('all troubles are over: is everything well again?')
    const random = randomOf(seed - 1)
    const recovery = await until(RECOVERY_SECONDS, () => driver.troubles(random))
    const late: Finding[] = recovery.wrong.map((what) => ({ kind: 'not recovered', what }))
    const jobs = await until(JOB_SECONDS, () => driver.jobs())
    late.push(...jobs.wrong.map((what): Finding => ({ kind: 'lost write', what })))
    const keysStillHeld = await driver.repeat(random, Math.max(100, seconds))
    ledger.close()
    for (const [mark, count] of await countMarks(world.emulators)) {
      if (count !== oracle.effects(mark).size)
        late.push({
          kind: 'double write',
          what: `${mark} is at its provider ${count} times, and ${oracle.effects(mark).size} were seen`,
        })
    }
    await driver.leave()
    const sockets = await socketsAtRest(world, openFilesAtFirst)
    late.push(...sockets.wrong.map((what): Finding => ({ kind: 'process', what })))

    const most = seconds >= LONG_SECONDS ? MAX_GROWTH.long : MAX_GROWTH.short
    const tenth = (value: number) => Math.round(value * 10) / 10
    const growth = world.replicas.map(({ name }) => {
      const grown = memory.growth(name, Math.min(120, seconds / 4))
      return {
        replica: name,
        seconds: grown.seconds,
        rssMbPerMinute: tenth(grown.rss),
        heapMbPerMinute: tenth(grown.heap),
        heldMbPerMinute: tenth(grown.held),
        externalMbPerMinute: tenth(grown.external),
      }
    })
    // The others are killed too often to say anything of it.
    if (growth[0]!.rssMbPerMinute > most)
      late.push({ kind: 'process', what: `replica a grows by ${growth[0]!.rssMbPerMinute} MB a minute` })

    const { audit, findings: left } = await afterwards(world, oracle.ids('secret').slice(-MAX_SECRETS))
    const all = [...findings(), ...late, ...left]
    const { asked, longestMs, codes } = traffic.total
    const report: Report = {
      seed,
      seconds,
      node: process.version,
      operations: asked,
      operationsPerSecond: Math.round(asked / seconds),
      longestAnswerMs: longestMs,
      writes: {
        made: ledger.entries.length,
        requests: ledger.entries.reduce((sum, { sent }) => sum + sent, 0),
        repeated: ledger.entries.reduce((sum, { sent }) => sum + Math.max(0, sent - 1), 0),
        carriedOut: ledger.entries.filter(({ mark }) => oracle.effects(mark).size > 0).length,
      },
      kinds: traffic.kinds,
      outcomes: codes,
      troubles: chaos.counts,
      recoverySeconds: recovery.seconds,
      keysStillHeld,
      growth,
      bounds: { rssMbPerMinute: most, recoverySeconds: RECOVERY_SECONDS, answerMs: ANSWER_MS },
      sockets: { openFilesAtFirst, openFilesInTheEnd: sockets.files, emulatorConnectionsInTheEnd: sockets.connections },
      audit,
      findings: countFindings(all),
    }
    const svg = plot({
      title: `kyc-graph soak: ${asked} operations in ${seconds} s, ${chaos.marks.length} troubles, ${all.length} findings`,
      begun,
      seconds,
      traffic: traffic.seconds,
      readings: memory.readings,
      marks: chaos.marks,
    })
    return { report, svg, findings: all }
  } finally {
    await world.close()
  }
}
