import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'
import { parseRedisUrl, type RedisAddress } from '../src/store/connection.js'

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

/** The server program on this machine, installed the way this machine installs things when it is not there. */
export function redisProgram(): string {
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
  throw new Error('The tests need a Redis: set REDIS_URL, or install redis-server or valkey-server (macOS: brew install redis).')
}

/** A Sentinel keeps what it learns in its file. */
function sentinelFile(settings: readonly string[], more: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-sentinel-')), 'sentinel.conf')
  writeFileSync(file, [...settings, ...more].join(' ').split(/(?:^| )--/).filter(Boolean).join('\n'))
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

/** `more` are settings of the server program; a `sentinel` begins with a file of its own, which it writes to. */
export async function privateRedis(more: readonly string[] = [], password?: string, sentinel = false): Promise<PrivateRedis> {
  const name = redisProgram()
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  // A replica leaves a copy of its primary where it runs, which whoever starts there next would begin with.
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', mkdtempSync(join(tmpdir(), 'kyc-redis-'))]
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = sentinel
      ? spawn(name, [sentinelFile(settings, more), '--sentinel'], { stdio: 'ignore' })
      : spawn(name, [...settings, '--save', '', '--appendonly', 'no', '--databases', '64', ...more], { stdio: 'ignore' })
    const probe = new Redis(url, { ...(password === undefined ? {} : { password }), lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: 200 })
    probe.on('error', () => undefined)
    await probe.ping()
    probe.disconnect()
  }

  async function kill(): Promise<void> {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    running.kill('SIGKILL')
    await once(running, 'exit')
    await delay(20)
  }

  await start()
  return { url, port, start, kill, pause: () => void child?.kill('SIGSTOP'), resume: () => void child?.kill('SIGCONT') }
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
