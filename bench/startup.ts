import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Environment } from './environment.js'
import type { Plan, Progress } from './measure.js'
import { CORE, program, residentMb } from './processes.js'
import { glibcSettings, ROOT, startArguments } from './server.js'

/** How long a start takes, and the memory of a server that nobody has asked anything. */
export interface Startup {
  /** From the start of the process until `/ready` answers 200, in ms; V8's compile cache is warm. */
  readonly readyMs: readonly number[]
  /** `node -e 0` on the same binary, in ms. */
  readonly emptyMs: readonly number[]
  readonly idleMb: readonly number[]
  /** A process that only imports what the server imports. */
  readonly importsMb: readonly number[]
}

const SETTLE_MS = 2_000
/** Rounds with a measurement of memory: each waits until the processes have settled. */
const MEMORY_ROUNDS = 3

/** The time until `node -e 0` has ended. */
function emptyStart(): number {
  const begun = performance.now()
  execFileSync('taskset', ['-c', String(CORE.measured), process.execPath, '-e', '0'])
  return performance.now() - begun
}

/** The memory of a process that imports the server's modules. */
async function importsMemory(): Promise<number> {
  const script = `await import(${JSON.stringify(join(ROOT, 'dist/src/server.js'))}); setInterval(() => {}, 1e6)`
  const options = startArguments(ROOT).filter((argument) => argument.startsWith('--'))
  const child = program(process.execPath, [...options, '--input-type=module', '-e', script], CORE.measured, {
    cwd: ROOT,
    env: glibcSettings(ROOT),
    log: '/dev/null',
  })
  await delay(SETTLE_MS + 1_000)
  const mb = residentMb(child.pid!)
  child.kill()
  await once(child, 'exit')
  return mb
}

/** Starts this checkout's server again and again. */
export async function measureStartup(environment: Environment, { rounds }: Plan, progress: Progress): Promise<Startup> {
  const settings = { NODE_COMPILE_CACHE: mkdtempSync(join(tmpdir(), 'kyc-graph-bench-')), DRAIN_DELAY_MS: '0' }
  const result = { readyMs: [] as number[], emptyMs: [] as number[], idleMb: [] as number[], importsMb: [] as number[] }
  for (let round = 0; round <= rounds; round += 1) {
    const begun = performance.now()
    const { child } = await environment.start({ name: 'again', root: ROOT, settings })
    const readyMs = performance.now() - begun
    const isMemoryRound = round > 0 && round <= MEMORY_ROUNDS
    if (isMemoryRound) {
      await delay(SETTLE_MS)
      result.idleMb.push(residentMb(child.pid!))
    }
    // A process that ends writes V8's code.
    child.kill('SIGTERM')
    await once(child, 'exit')
    if (isMemoryRound) result.importsMb.push(await importsMemory())
    if (round > 0) {
      result.readyMs.push(readyMs)
      result.emptyMs.push(emptyStart())
    }
    progress(round === 0 ? 'start: the compile cache is warm' : `start: round ${round} of ${rounds}`)
  }
  return result
}
