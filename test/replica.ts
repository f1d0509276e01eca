import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fetch from 'node-fetch'
import { vi } from 'vitest'
import { AUDIENCE } from '../src/dev/issuer.js'
import type { App, GraphError, RunOptions } from './harness.js'

/** A server in a process of its own, before the same emulators as an app. */
export interface Replica {
  readonly child: ChildProcess
  readonly url: string
  readonly output: () => string
  readonly run: (document: string, variables?: object, options?: RunOptions) => Promise<{ data: any; errors: readonly GraphError[] }>
  /** Resolves with the exit code once the process is gone. */
  readonly exit: () => Promise<number | null>
  /** Sends a signal and resolves once the process is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Starts one; `preload` is a script that Node runs in it first. */
export async function startReplica(app: App, settings: Readonly<Record<string, string>> = {}, preload?: string): Promise<Replica> {
  const { issuer, jwksUrl, settings: ground } = app.ground
  const imports = ['tsx', ...(preload === undefined ? [] : [`data:text/javascript;base64,${Buffer.from(preload).toString('base64')}`])].flatMap((name) => ['--import', name])
  const child = spawn(process.execPath, [...imports, 'src/main.ts'], {
    env: { PATH: process.env['PATH'], PORT: '0', AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: jwksUrl, ...ground, ...settings },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const gone = once(child, 'exit') as Promise<[number | null]>
  await vi.waitFor(() => { if (!output.includes('listening')) throw new Error(`not listening: ${output}`) }, { timeout: 30_000 })
  const { url } = JSON.parse(output.split('\n').find((line) => line.includes('listening'))!) as { url: string }
  const exit = async () => (await gone)[0]
  return {
    child,
    url,
    output: () => output,
    exit,
    async run(query, variables, options) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token(options)}` },
        body: JSON.stringify({ query, variables }),
      })
      const { data, errors = [] } = (await response.json()) as { data: any; errors?: GraphError[] }
      return { data, errors }
    },
    async end(signal) {
      child.kill(signal)
      return exit()
    },
  }
}
