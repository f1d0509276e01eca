import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { BANK } from '../datasources/emulator/people.js'
import type { Contender, Setup } from './contender.js'
import { plainCursors, withPlainCursor } from './cursors.js'
import { startHive } from './hive.js'
import type { LoadJob, LoadResult } from './load.js'
import { prepareServer, storeRawData } from './prepare.js'
import { ask, CORE, cpuSeconds, freePort, helper, program, residentMb } from './processes.js'
import { type Recording, record } from './recording.js'
import { expectedText, requestsOf } from './requests.js'
import { type Build, ROOT, startServer } from './server.js'
import { type ErrorWorkloads, errorWorkloads, type Workload, workloads } from './workloads.js'

/** The result of one load on one contender, with its cost. */
export interface Sample {
  readonly operations: number
  readonly rps: number
  readonly p50: number
  readonly p99: number
  readonly cpuMs: number
  /** The used part of the core. */
  readonly busy: number
  readonly calls: number
  readonly bytes: number
  readonly rssMb: number
  readonly errors: number
  readonly firstError: string | undefined
}

export interface EnvironmentOptions {
  /** Contenders that are no build of this project. */
  readonly names: readonly string[]
  /** Builds of this project beside this checkout. */
  readonly builds?: readonly Build[]
  /** The number of customers and of persons beside those that the emulators begin with. */
  readonly crowd: number
  readonly nodeArguments?: readonly string[]
}

export interface MeasureOptions {
  readonly seconds: number
  readonly connections?: number
  readonly rate?: number
}

/** Everything that a measurement needs, in processes of their own: Redis, stubs, load generator and contenders. */
export class Environment {
  readonly workloads: readonly Workload[]
  readonly errorWorkloads: ErrorWorkloads
  readonly #contenders = new Map<string, Contender>()
  readonly #stub = helper('./stub.ts', CORE.others)
  readonly #load = helper('./load.ts', CORE.others)

  private constructor(readonly recording: Recording) {
    this.workloads = workloads(recording.dataset)
    this.errorWorkloads = errorWorkloads(recording.dataset)
  }

  static async open(options: EnvironmentOptions, progress: (line: string) => void): Promise<Environment> {
    const recording = await record(options.crowd, progress)
    const environment = new Environment(recording)
    const scratch = mkdtempSync(join(tmpdir(), 'kyc-graph-bench-'))
    progress('starting Redis and stubs')
    const redisUrl = await startRedis(scratch)
    const responses = Object.entries(recording.responses).map(([name, byRequest]) => [name, [...byRequest]] as const)
    const { urls: stubs } = await ask<{ urls: Record<string, string> }>(environment.#stub, {
      responses: Object.fromEntries(responses),
    })
    await environment.#startBuilds(options, { redisUrl, stubs, scratch }, progress)
    if (options.names.includes('raw')) await environment.#storeRawData(redisUrl)
    await environment.#startOthers(options.names, { stubs, redisUrl, bank: BANK }, scratch, progress)
    return environment
  }

  /** The contender of this name, if it was started. */
  contender(name: string): Contender | undefined {
    return this.#contenders.get(name)
  }

  /** This checkout's server. */
  get server(): Contender {
    return this.#contenders.get('server')!
  }

  /** Lets the load generator send a workload to a contender, and measures the contender meanwhile. */
  async measure(
    contender: Contender,
    workload: Workload,
    { seconds, connections = 32, rate }: MeasureOptions,
  ): Promise<Sample> {
    const { port, path, child } = contender
    const requests = requestsOf(workload, this.recording.tokens, contender)
    const job: LoadJob = { port, path, requests, connections, seconds, rate, expected: expectedText(workload) }
    const pid = child.pid!
    await ask(this.#stub, 'calls')
    const [cpu, begun] = [cpuSeconds(pid), performance.now()]
    let rssMb = residentMb(pid)
    const watch = setInterval(() => (rssMb = Math.max(rssMb, residentMb(pid))), 100)
    try {
      const result = await ask<LoadResult>(this.#load, job)
      const used = cpuSeconds(pid) - cpu
      const busy = used / ((performance.now() - begun) / 1000)
      const { calls, unknown } = await ask<{ calls: number; unknown: number }>(this.#stub, 'calls')
      return {
        operations: result.operations,
        rps: result.operations / result.seconds,
        p50: result.p50,
        p99: result.p99,
        cpuMs: (used * 1000) / result.operations,
        busy,
        calls: calls / result.operations,
        bytes: result.bytes / result.operations,
        rssMb,
        errors: result.errors + unknown,
        firstError: result.firstError ?? (unknown > 0 ? 'a provider call without a recorded response' : undefined),
      }
    } finally {
      clearInterval(watch)
    }
  }

  /** Closes what runs in this process; `stopAll` ends the others. */
  async close(): Promise<void> {
    await this.recording.close()
  }

  async #startBuilds(
    { builds = [], nodeArguments = [] }: EnvironmentOptions,
    { redisUrl, stubs, scratch }: { redisUrl: string; stubs: Record<string, string>; scratch: string },
    progress: (line: string) => void,
  ): Promise<void> {
    const settings = this.recording.settings(stubs)
    const { encryptionKey } = this.recording
    for (const [i, build] of [{ name: 'server', root: ROOT }, ...builds].entries()) {
      progress(`starting ${build.name}`)
      // Each build has a database of its own; database 0 is the raw server's.
      const options = { redisUrl: `${redisUrl}/${i + 1}`, encryptionKey, scratch, settings, nodeArguments }
      const server = await startServer(build, options)
      this.#contenders.set(build.name, server)
      await prepareServer(server, this.workloads, this.recording.tokens)
    }
  }

  async #storeRawData(redisUrl: string): Promise<void> {
    const redis = new Redis(redisUrl)
    await storeRawData(redis, this.server, this.workloads, this.recording.tokens)
    redis.disconnect()
  }

  async #startOthers(
    names: readonly string[],
    setup: Setup,
    scratch: string,
    progress: (line: string) => void,
  ): Promise<void> {
    const { dataset, responses } = this.recording
    const cursors = plainCursors(dataset, responses['synctera']!)
    const translate: Contender['translate'] = (_workload, operation) => withPlainCursor(operation, cursors)
    for (const name of names) {
      progress(`starting ${name}`)
      if (name === 'hive') {
        this.#contenders.set(name, await startHive(setup, cursors, scratch))
        continue
      }
      const child = helper(`./${name}.ts`, CORE.measured)
      const { port } = await ask<{ port: number }>(child, setup)
      const path = name === 'plain' ? '/' : '/graphql'
      this.#contenders.set(name, { name, port, path, child, translate })
      if (name === 'raw')
        this.#contenders.set('raw-ten', { name: 'raw-ten', port, path: '/ten-calls', child, translate })
    }
  }
}

/** Starts a Redis without persistence and waits until it answers. */
async function startRedis(scratch: string): Promise<string> {
  const port = await freePort()
  program(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', scratch],
    CORE.others,
    { log: join(scratch, 'redis.log') },
  )
  const url = `redis://127.0.0.1:${port}`
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 200 })
  redis.on('error', () => undefined)
  await redis.ping()
  redis.disconnect()
  return url
}
