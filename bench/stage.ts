import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { BANK } from '../datasources/emulator/people.js'
import { rawKeys } from './contender.js'
import { startHive } from './hive.js'
import type { Job, Load } from './load.js'
import { ask, CORE, cpuSeconds, freePort, helper, program, residentMb, until } from './processes.js'
import { type Recording, record } from './world.js'
import { type Operation, UNIQUE, type Workload, workloads } from './workloads.js'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** This server as it is deployed. */
const [, ...START] = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start.split(' ')

export interface Contender {
  readonly name: string
  readonly port: number
  readonly path: string
  readonly child: ChildProcess
  /** Its own way to say an operation, where it does not know the graph's. */
  readonly translate: (workload: Workload, operation: Operation) => Operation
}

/** What one run of a load said, with what it cost the contender. */
export interface Sample {
  readonly rps: number
  readonly p50: number
  readonly p99: number
  readonly cpuMs: number
  /** Part of the core that was used. */
  readonly busy: number
  readonly calls: number
  readonly bytes: number
  readonly rssMb: number
  readonly errors: number
  readonly firstError: string | undefined
}

type Request = Job['requests'][number]

export interface Stage {
  readonly contenders: ReadonlyMap<string, Contender>
  readonly workloads: readonly Workload[]
  readonly recording: Recording
  /** Requests of a workload, callers and ids taking turns. */
  readonly requests: (workload: Workload, contender: Contender) => Request[]
  readonly measure: (
    contender: Contender,
    requests: readonly Request[],
    options: { seconds: number; connections?: number; rate?: number },
  ) => Promise<Sample>
  /** Sends a request once, outside any measurement. */
  readonly once: (contender: Contender, request: Request) => Promise<string>
  readonly close: () => Promise<void>
}

const same = (_workload: Workload, operation: Operation): Operation => operation
let written = 0

export interface StageOptions {
  /** Who is measured beside this server. */
  readonly names: readonly string[]
  /** How many customers and persons there are beside the cast. */
  readonly crowd: number
  readonly nodeArguments?: readonly string[] | undefined
}

/** Everything that a measurement needs, running: Redis, stubs, load generator, this server, and those beside it. */
export async function openStage(
  { names, crowd, nodeArguments = [] }: StageOptions,
  progress: (line: string) => void,
): Promise<Stage> {
  const recording = await record(crowd, progress)
  const { tapes, world, tokens } = recording
  const scratch = mkdtempSync(join(tmpdir(), 'kyc-graph-bench-'))

  progress('starting Redis, stubs and the load generator')
  const redisPort = await freePort()
  const redisUrl = `redis://127.0.0.1:${redisPort}`
  program(
    'redis-server',
    ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', scratch],
    CORE.others,
    { log: join(scratch, 'redis.log') },
  )
  const redis = new Redis(redisUrl, { retryStrategy: () => 50, maxRetriesPerRequest: 200 })
  redis.on('error', () => undefined)
  await redis.ping()
  const stub = helper('./stub.ts', CORE.others)
  const { urls: stubs } = await ask<{ urls: Record<string, string> }>(stub, {
    tapes: Object.fromEntries(Object.entries(tapes).map(([name, tape]) => [name, [...tape]])),
  })
  const load = helper('./load.ts', CORE.others)

  const contenders = new Map<string, Contender>()
  progress('starting this server')
  const port = await freePort()
  const server = program(process.execPath, [...nodeArguments, ...START], CORE.measured, {
    cwd: ROOT,
    log: join(scratch, 'server.log'),
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      LOG_LEVEL: 'info',
      REDIS_URL: redisUrl,
      STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      VERIFICATION_MAX_AGE_SECONDS: '86400',
      // On, as everywhere, and out of the way: nothing here is refused.
      RATE_LIMIT_COST_PER_MINUTE: '1000000000',
      AUDIT_LOG: join(scratch, 'audit.log'),
      ...recording.settings(stubs),
    },
  })
  contenders.set('server', { name: 'server', port, path: '/graphql', child: server, translate: same })
  await until(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok, 'This server')

  async function once({ port: to, path }: Contender, { token, body }: Request): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${to}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
      body: body.replace(UNIQUE, `once-${process.pid}-${String((written += 1))}`),
    })
    const text = await response.text()
    if (!response.ok || text.includes('"errors":')) throw new Error(`An answer is wrong: ${text.slice(0, 600)}`)
    return text
  }

  function requests(workload: Workload, contender: Contender): Request[] {
    const callers = workload.operations.length === 1 ? tokens[workload.tokens].slice(0, 1) : tokens[workload.tokens]
    return callers.map((token, i) => {
      const { query, variables } = contender.translate(workload, workload.operations[i % workload.operations.length]!)
      return { token, body: JSON.stringify({ operationName: workload.name, query, variables }) }
    })
  }

  progress('letting the server remember what it will be asked')
  const us = contenders.get('server')!
  const all = workloads(world)
  for (const workload of all) {
    for (const { query, variables } of workload.prepare)
      await once(us, { token: tokens.full[0]!, body: JSON.stringify({ query, variables }) })
    // Another caller's verification of the same account is the latest word on it, so nothing is taken down before all have asked.
    if (workload.name === 'Verify') for (const request of requests(workload, us)) await once(us, request)
  }
  for (const workload of all) for (const request of requests(workload, us)) await remember(workload, request)

  /** What the raw server finds in Redis is what this one answers. */
  async function remember({ name }: Workload, request: Request): Promise<void> {
    if (!['CustomerPage', 'Customers', 'Remembered', 'Verify'].includes(name)) return
    const { data } = JSON.parse(await once(us, request)) as { data: Record<string, Record<string, unknown>> }
    const { variables } = JSON.parse(request.body) as { variables: { id: string; input: { account: { id: string } } } }
    if (name === 'Remembered')
      await redis.set(rawKeys.verification(variables.id), JSON.stringify(data['verificationResult']))
    if (name === 'Verify')
      await redis.set(
        rawKeys.question(`Bearer ${request.token}`, variables.input.account.id),
        JSON.stringify(data['verifyAccount']!['result']),
      )
    if (name === 'CustomerPage') {
      const { links, accountEntitlements } = data['customer'] as {
        links: { bankingCustomerId: string }
        accountEntitlements: unknown
      }
      await redis.set(rawKeys.entitlements(links.bankingCustomerId), JSON.stringify(accountEntitlements))
    }
    if (name === 'Customers') {
      const { endCursor } = data['customers']!['pageInfo'] as { endCursor: string }
      await redis.set(rawKeys.list, (JSON.parse(Buffer.from(endCursor, 'base64url').toString()) as [number, string])[1])
    }
  }

  const setup = { stubs, redisUrl, bank: BANK }
  for (const name of ['raw', 'bare', 'plain'].filter((each) => names.includes(each))) {
    progress(`starting ${name}`)
    const child = helper(`./${name}.ts`, CORE.measured)
    const { port: at } = await ask<{ port: number }>(child, setup)
    contenders.set(name, { name, port: at, path: name === 'plain' ? '/' : '/graphql', child, translate: same })
    if (name === 'raw')
      contenders.set('raw-ten', { name: 'raw-ten', port: at, path: '/ten-calls', child, translate: same })
  }
  if (names.includes('hive')) {
    progress('starting Hive Gateway')
    const hive = await startHive(setup, scratch)
    contenders.set('hive', hive)
  }

  return {
    contenders,
    workloads: all,
    recording,
    requests,
    once,

    async measure({ port: to, path, child }, sent, { seconds, connections = 32, rate }) {
      const pid = child.pid!
      await ask(stub, 'calls')
      const [cpu, begun] = [cpuSeconds(pid), performance.now()]
      let rssMb = residentMb(pid)
      const watch = setInterval(() => (rssMb = Math.max(rssMb, residentMb(pid))), 100)
      try {
        const job: Job = { port: to, path, requests: sent, connections, seconds, rate }
        const answer = await ask<Load>(load, job)
        const used = cpuSeconds(pid) - cpu
        const { calls, unknown } = await ask<{ calls: number; unknown: number }>(stub, 'calls')
        return {
          rps: answer.operations / answer.seconds,
          p50: answer.p50,
          p99: answer.p99,
          cpuMs: (used * 1000) / answer.operations,
          busy: used / ((performance.now() - begun) / 1000),
          calls: calls / answer.operations,
          bytes: answer.bytes / answer.operations,
          rssMb,
          errors: answer.errors + unknown,
          firstError: answer.firstError ?? (unknown > 0 ? 'a provider call that has no recorded answer' : undefined),
        }
      } finally {
        clearInterval(watch)
      }
    },

    async close() {
      redis.disconnect()
      await recording.close()
    },
  }
}
