import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
  }
}

/** A real Redis on a port of its own, for the tests that take it down and bring it back. */
export interface PrivateRedis {
  readonly url: string
  readonly start: () => Promise<void>
  readonly kill: () => Promise<void>
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export async function privateRedis(): Promise<PrivateRedis> {
  const name = redisProgram()
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(name, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--databases', '64'], { stdio: 'ignore' })
    const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: 200 })
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
  return { url, start, kill }
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
