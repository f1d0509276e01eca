import { execFileSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { parseRedisUrl, type RedisAddress } from '../../src/store/redis-address.js'
import { startProcess } from './processes.js'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
  }
}

/** An address that is known to be one. */
export const addressOf = (url: string): RedisAddress => parseRedisUrl(url)!

/** A real Redis on a port of its own, for the tests that take it down and bring it back. */
export interface PrivateRedis {
  readonly url: string
  readonly port: number
  readonly start: () => Promise<void>
  readonly kill: () => Promise<void>
  /** Stops it in the middle of whatever it does, its connections open, until `resume`. */
  readonly pause: () => void
  readonly resume: () => void
}

const runs = (command: string, args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let program: string | undefined

/** The server program on this machine, installed the way this machine installs things when it is not there; looked up once. */
export const redisProgram = (): string => (program ??= findRedis())

function findRedis(): string {
  const found = () => ['redis-server', 'valkey-server'].find((name) => runs(name, ['--version']))
  const present = found()
  if (present !== undefined) return present
  if (process.getuid?.() === 0 && runs('apt-get', ['--version'])) {
    console.log('installing redis-server for the tests …')
    runs('apt-get', ['update', '-qq'])
    runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'])
  }
  const installed = found()
  if (installed !== undefined) return installed
  throw new Error(
    'The tests need a Redis: set REDIS_URL, or install redis-server or valkey-server (macOS: brew install redis).',
  )
}

/** A Sentinel keeps what it learns in its file. */
function sentinelFile(settings: readonly string[], more: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-sentinel-')), 'sentinel.conf')
  writeFileSync(
    file,
    [...settings, ...more]
      .join(' ')
      .split(/(?:^| )--/)
      .filter(Boolean)
      .join('\n'),
  )
  return file
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Another program may take a free port before its Redis does, and a cluster's Redis wants the one 10,000 above too. */
const MAX_PORTS = 10
const PATIENCE_MS = 10_000

/** `more` are settings of the server program; a `sentinel` begins with a file of its own, which it writes to. */
export async function privateRedis(
  more: readonly string[] = [],
  password?: string,
  sentinel = false,
): Promise<PrivateRedis> {
  const name = redisProgram()
  // Its own folder: a replica leaves the data it was sent there, and the next server in the folder would load it.
  const dir = mkdtempSync(join(tmpdir(), 'kyc-redis-'))
  let child: ChildProcess | undefined

  /** False where the program has ended before it answered, or another has its port. */
  async function startAt(port: number): Promise<boolean> {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir]
    const begun = sentinel
      ? startProcess(name, [sentinelFile(settings, more), '--sentinel'], { stdio: 'ignore' })
      : startProcess(name, [...settings, '--save', '', '--appendonly', 'no', '--databases', '1024', ...more], {
          stdio: 'ignore',
        })
    const probe = new Redis(port, '127.0.0.1', {
      ...(password === undefined ? {} : { password }),
      lazyConnect: true,
      retryStrategy: () => 50,
      maxRetriesPerRequest: PATIENCE_MS / 50,
    })
    probe.on('error', () => undefined)
    // Another program's Redis may require a password.
    const isIt = probe.info('server').then(
      (text) => text.includes(`\nprocess_id:${begun.pid}\r`),
      () => false,
    )
    const answers = await Promise.race([isIt, once(begun, 'exit').then(() => false)]).finally(() => probe.disconnect())
    if (answers) child = begun
    else begun.kill('SIGKILL')
    return answers
  }

  async function startAnywhere(): Promise<number> {
    for (let tries = 0; tries < MAX_PORTS; tries += 1) {
      const port = await freePort()
      if (await startAt(port)) return port
    }
    throw new Error(`${name} ended ${MAX_PORTS} times before it answered.`)
  }

  async function kill(): Promise<void> {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    running.kill('SIGKILL')
    await once(running, 'exit')
    await delay(20)
  }

  const port = await startAnywhere()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      if (!(await startAt(port))) throw new Error(`${name} could not be started again at its port.`)
    },
    kill,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  }
}

/** The database of the keys, where one of them has one; else an empty one, for all of them. Database 0 keeps the numbers. */
const TAKE_DATABASE = `
for i = 2, #ARGV do
  local taken = redis.call('HGET', KEYS[1], ARGV[i])
  if taken then return tonumber(taken) end
end
local number = 1 + redis.call('HINCRBY', KEYS[1], 'taken', 1) % (ARGV[1] - 1)
for i = 2, #ARGV do redis.call('HSET', KEYS[1], ARGV[i], number) end
redis.call('SELECT', number)
redis.call('FLUSHDB')
return number`

/**
 * The address of the database of a `STORE_ENCRYPTION_KEY` in the common Redis: a store belongs to one key, so each key
 * has a database of its own. The first database is for names that no key protects.
 */
export async function databaseOf(encryptionKeys: string): Promise<string> {
  const url = inject('redisUrl')
  const redis = new Redis(url)
  const [, databases] = (await redis.config('GET', 'databases')) as [string, string]
  const keys = encryptionKeys.split(',')
  const number = await redis.eval(TAKE_DATABASE, 1, 'kyc-test:databases', databases, ...keys)
  redis.disconnect()
  return `${url}/${String(number)}`
}

/** An empty database of the common Redis, for a test that reads it itself. */
export const emptyDatabase = (): Promise<string> => databaseOf(randomUUID())

/** Settings of a server whose `REDIS_URL` is the common Redis get the database of their key. */
export async function withOwnDatabase<Settings extends Readonly<Record<string, string | undefined>>>(
  settings: Settings,
): Promise<Settings> {
  const { REDIS_URL, STORE_ENCRYPTION_KEY } = settings
  if (REDIS_URL === undefined || STORE_ENCRYPTION_KEY === undefined || REDIS_URL !== inject('redisUrl')) return settings
  return { ...settings, REDIS_URL: await databaseOf(STORE_ENCRYPTION_KEY) }
}

/** Vitest's global setup: one Redis for the whole run, unless `REDIS_URL` names one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['REDIS_URL']
  if (given !== undefined && given !== '') {
    project.provide('redisUrl', given)
    return () => Promise.resolve()
  }
  const redis = await privateRedis()
  project.provide('redisUrl', redis.url)
  return redis.kill
}

/** All that a record holds, whatever its type, as text; empty where it is gone. */
export async function contentOf(redis: Redis, name: string | Buffer): Promise<string> {
  const read = async (): Promise<unknown> => {
    switch (await redis.type(name)) {
      case 'string':
        return (await redis.getBuffer(name))?.toString('latin1')
      case 'hash':
        return redis.hgetall(name)
      case 'list':
        return redis.lrange(name, 0, -1)
      case 'set':
        return redis.smembers(name)
      case 'zset':
        return redis.zrange(name, '0', '-1')
      case 'stream':
        return redis.xrange(name, '-', '+')
      default:
        return ''
    }
  }
  const content = await read()
  return typeof content === 'string' ? content : JSON.stringify(content ?? '')
}
