import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { BANK } from '../datasources/emulator/people.js'
import { type Contender, type Setup, untranslated } from './contender.js'
import { plainCursors, withPlainCursor } from './cursors.js'
import { startHive } from './hive.js'
import type { LoadJob, LoadResult } from './load.js'
import { prepareServer, storeRawData } from './prepare.js'
import { ask, CORE, cpuSeconds, freePort, helper, program, residentMb } from './processes.js'
import { type Recording, record, workloadOperations } from './recording.js'
import { type CommandCounts, commandCounts, commandsPerOperation, countSent } from './redis-commands.js'
import { expectedText, requestsOf } from './requests.js'
import { type Build, ROOT, type ServerOptions, startServer } from './server.js'
import { startTailcall, tailcallProblem } from './tailcall.js'
import { type ErrorWorkloads, errorWorkloads, growthWorkloads, type Workload, workloads } from './workloads.js'

/** The result of one load on one contender, with its cost. */
export interface Sample {
  readonly operations: number
  readonly rps: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly cpuMs: number
  /** The used part of the core. */
  readonly busy: number
  readonly calls: number
  /** Redis commands for an operation. */
  readonly redis: CommandCounts
  readonly bytes: number
  readonly rssMb: number
  readonly refused: number
  readonly errors: number
  readonly firstError: string | undefined
}

interface StubCalls {
  readonly calls: number
  /** Calls without a recorded response, and the first of them. */
  readonly unknown: number
  readonly firstUnknown: string | undefined
}

/** Whether a workload or a part, by its name, is measured. */
export type IsWanted = (part: { readonly id: string }) => boolean

interface Stores {
  readonly builds: Redis
  readonly contenders: Redis
}

export interface EnvironmentOptions {
  /** True: the other servers of the workloads are started too. */
  readonly hasContenders: boolean
  /** Builds of this project beside this checkout. */
  readonly builds?: readonly Build[]
  /** The workloads that are measured; all when left out. */
  readonly isWanted?: IsWanted
  readonly nodeArguments?: readonly string[]
}

export interface MeasureOptions {
  readonly seconds: number
  /** Ends the load after so many requests. */
  readonly count?: number
  readonly rate?: number
}

/** Operations of which each command to Redis is counted. */
const COUNTED_OPERATIONS = 2_000
/** A warm-up ends after this time at the latest. */
const MAX_WARM_SECONDS = 60

/** Everything that a measurement needs, in processes of their own: Redis, stubs, load generator and contenders. */
export class Environment {
  readonly workloads: readonly Workload[]
  readonly errorWorkloads: ErrorWorkloads
  readonly growthWorkloads: ReturnType<typeof growthWorkloads>
  readonly #contenders = new Map<string, Contender>()
  readonly #stub = helper('./stub.ts', CORE.others)
  readonly #load = helper('./load.ts', CORE.others)
  /** The store of this project's builds, and that of the contenders: what one does meanwhile does not count for another. */
  readonly #stores: Stores
  /** Why a contender is missing. */
  readonly missing = new Map<string, string>()

  #serverOptions: ServerOptions | undefined

  private constructor(
    readonly recording: Recording,
    stores: Readonly<Record<keyof Stores, string>>,
    isWanted: IsWanted,
  ) {
    this.#stores = { builds: new Redis(stores.builds), contenders: new Redis(stores.contenders) }
    this.workloads = workloads(recording.dataset).filter(isWanted)
    this.errorWorkloads = errorWorkloads(recording.dataset)
    this.growthWorkloads = growthWorkloads(recording.dataset)
  }

  static async open(options: EnvironmentOptions, progress: (line: string) => void): Promise<Environment> {
    const isWanted = options.isWanted ?? (() => true)
    const recording = await record((dataset) => workloadOperations(dataset, isWanted({ id: 'growth' })), progress)
    const scratch = mkdtempSync(join(tmpdir(), 'kyc-graph-bench-'))
    progress('starting Redis and stubs')
    const stores = { builds: await startRedis(scratch), contenders: await startRedis(scratch) }
    const environment = new Environment(recording, stores, isWanted)
    const responses = Object.entries(recording.responses).map(([name, byRequest]) => [name, [...byRequest]] as const)
    const { urls: stubs } = await ask<{ urls: Record<string, string> }>(environment.#stub, {
      responses: Object.fromEntries(responses),
    })
    await environment.#startBuilds(options, { redisUrl: stores.builds, stubs, scratch }, progress)
    if (options.hasContenders) {
      await environment.#storeRawData()
      await environment.#startOthers({ stubs, redisUrl: stores.contenders, bank: BANK }, scratch, progress)
    }
    return environment
  }

  /** The contender of this name, if it was started. */
  contender(name: string): Contender | undefined {
    return this.#contenders.get(name)
  }

  /** The workload of this id, whether or not it is wanted beside others. */
  workload(id: string): Workload {
    return workloads(this.recording.dataset).find((workload) => workload.id === id)!
  }

  /** Starts a build once more, in the same surroundings. */
  start(build: Build): Promise<Contender> {
    return startServer(build, this.#serverOptions!)
  }

  /** This checkout's server. */
  get server(): Contender {
    return this.#contenders.get('server')!
  }

  /** Lets the load generator send a workload to a contender, and measures the contender meanwhile. */
  async measure(contender: Contender, workload: Workload, { seconds, count, rate }: MeasureOptions): Promise<Sample> {
    const { port, path, child } = contender
    const { connections } = workload
    const requests = requestsOf(workload, this.recording.tokens, contender)
    const job: LoadJob = { port, path, requests, connections, seconds, count, rate, expected: expectedText(workload) }
    const pid = child.pid!
    await ask(this.#stub, 'calls')
    const store = this.#storeOf(contender)
    const before = await commandCounts(store)
    const [cpu, begun] = [cpuSeconds(pid), performance.now()]
    let rssMb = residentMb(pid)
    const watch = setInterval(() => (rssMb = Math.max(rssMb, residentMb(pid))), 100)
    try {
      const result = await ask<LoadResult>(this.#load, job)
      const used = cpuSeconds(pid) - cpu
      const busy = used / ((performance.now() - begun) / 1000)
      const after = await commandCounts(store)
      const { calls, unknown, firstUnknown } = await ask<StubCalls>(this.#stub, 'calls')
      return {
        operations: result.operations,
        rps: result.operations / result.seconds,
        p50: result.p50,
        p99: result.p99,
        p999: result.p999,
        cpuMs: (used * 1000) / result.operations,
        busy,
        calls: calls / result.operations,
        redis: commandsPerOperation(before, after, result.operations),
        bytes: result.bytes / result.operations,
        rssMb,
        refused: result.refused,
        errors: result.errors + unknown,
        firstError:
          result.firstError ?? (firstUnknown && `a provider call without a recorded response: ${firstUnknown}`),
      }
    } finally {
      clearInterval(watch)
    }
  }

  /** Sends the workload's number of requests before a measurement. */
  warm(contender: Contender, workload: Workload): Promise<Sample> {
    return this.measure(contender, workload, { seconds: MAX_WARM_SECONDS, count: workload.warmUp })
  }

  /** The Redis commands that a contender sends for an operation, WAIT and those inside scripts aside. */
  async countSent(contender: Contender, workload: Workload): Promise<number> {
    const job = { seconds: MAX_WARM_SECONDS, count: COUNTED_OPERATIONS }
    return (
      (await countSent(this.#storeOf(contender), () => this.measure(contender, workload, job))) / COUNTED_OPERATIONS
    )
  }

  /** Closes what runs in this process; `stopAll` ends the others. */
  async close(): Promise<void> {
    this.#stores.builds.disconnect()
    this.#stores.contenders.disconnect()
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
      // Each build has a database of its own.
      const options = { redisUrl: `${redisUrl}/${i + 1}`, encryptionKey, scratch, settings, nodeArguments }
      this.#serverOptions ??= options
      const server = await startServer(build, options)
      this.#contenders.set(build.name, server)
      await prepareServer(server, this.workloads, this.recording.tokens)
    }
  }

  #storeOf({ translate }: Contender): Redis {
    return translate === untranslated ? this.#stores.builds : this.#stores.contenders
  }

  #storeRawData(): Promise<void> {
    return storeRawData(this.#stores.contenders, this.server, this.workloads, this.recording.tokens)
  }

  async #startOthers(setup: Setup, scratch: string, progress: (line: string) => void): Promise<void> {
    const { dataset, responses } = this.recording
    const cursors = plainCursors(dataset, responses['synctera']!)
    const translate: Contender['translate'] = (_workload, operation) => withPlainCursor(operation, cursors)
    const names = new Set(this.workloads.flatMap(({ contenders }) => contenders))
    for (const name of names) {
      if (name === 'raw-ten') continue
      progress(`starting ${name}`)
      if (name === 'hive' || name === 'tailcall') {
        const problem = name === 'tailcall' ? tailcallProblem() : undefined
        if (problem !== undefined) this.missing.set(name, problem)
        else this.#contenders.set(name, await (name === 'hive' ? startHive : startTailcall)(setup, cursors, scratch))
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
