import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { BANK, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { ROOT } from './scratch.js'

/** The development server, as its start-up text describes it. */
export interface DevelopmentServer {
  readonly url: string
  /** Tokens by the client's name. */
  readonly tokens: Readonly<Record<string, string>>
  /** Variables of the first query. */
  readonly variables: Readonly<Record<string, string>>
}

declare module 'vitest' {
  interface ProvidedContext {
    server: DevelopmentServer
  }
}

/** Development needs a port for the server, and one for each of the five emulators. */
const PORTS = 6
const FIRST_PORT = 20_000
const PORT_RANGES = 1_500
const ATTEMPTS = 20
const READY_SECONDS = 100

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Whether a server can listen on each of these ports. */
async function areFree(ports: readonly number[]): Promise<boolean> {
  const attempts = await Promise.allSettled(ports.map(listen))
  const servers = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return servers.length === ports.length
}

async function freeRange(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = FIRST_PORT + PORTS * Math.floor(Math.random() * PORT_RANGES)
    if (await areFree(Array.from({ length: PORTS }, (_, i) => first + i))) return first
  }
  throw new Error(`No ${PORTS} consecutive ports are free`)
}

/** Starts the repository's development server as a process of its own, with its emulators and without Redis. */
export default async function startDevelopmentServer(project: TestProject): Promise<() => Promise<void>> {
  const port = await freeRange()
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-clients-server-'))
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/dev/main.ts'], {
    cwd: ROOT,
    env: {
      ...environment,
      PORT: String(port),
      AUDIT_LOG: join(folder, 'audit.log'),
      OBP_BANK_IDS: `${BANK},${OTHER_BANK}`,
      // The tests ask for everything that a field has, over and over.
      RATE_LIMIT_COST_PER_MINUTE: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'exit')

  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }

  const url = `http://127.0.0.1:${port}`
  for (let second = 0; welcomeIn(output) === undefined || !(await isReady(url)); second++) {
    if (child.exitCode !== null || second === READY_SECONDS) {
      await stop()
      throw new Error(`The development server did not become ready:\n${output}`)
    }
    await delay(1_000)
  }
  project.provide('server', { url, ...welcomeIn(output)! })
  return stop
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

/** Reads the tokens and the first query that the development server prints. */
function welcomeIn(output: string): Pick<DevelopmentServer, 'tokens' | 'variables'> | undefined {
  const request = /<<'QUERY'\n(.*)\nQUERY$/m.exec(output)?.[1]
  if (request === undefined) return undefined
  const { variables } = JSON.parse(request) as Pick<DevelopmentServer, 'variables'>
  const tokens = [...output.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, token]) => [name!.toLowerCase(), token!])
  return { tokens: Object.fromEntries(tokens) as Record<string, string>, variables }
}
