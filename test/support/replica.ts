import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fetch from 'node-fetch'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { build, run as start, urlOf } from './build.js'
import { withOwnDatabase } from './redis.js'
import type { App, GraphError, RunOptions } from './app.js'

/** A server in a process of its own, before the same emulators as an app. */
export interface Replica {
  readonly child: ChildProcess
  readonly url: string
  readonly output: () => string
  readonly run: (
    document: string,
    variables?: object,
    options?: RunOptions,
  ) => Promise<{ data: any; errors: readonly GraphError[] }>
  /** Resolves with the exit code once the process is gone. */
  readonly exit: () => Promise<number | null>
  /** Sends a signal and resolves once the process is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Starts one; `preload` is a script that Node runs in it first. */
export async function startReplica(
  app: App,
  settings: Readonly<Record<string, string>> = {},
  preload?: string,
): Promise<Replica> {
  const { issuer, jwksUrl, settings: ground } = app.ground
  build()
  const options =
    preload === undefined ? [] : ['--import', `data:text/javascript;base64,${Buffer.from(preload).toString('base64')}`]
  const started = start(
    {
      AUDIT_LOG: join(mkdtempSync(join(tmpdir(), 'kyc-graph-audit-')), 'audit.log'),
      PORT: '0',
      DRAIN_DELAY_MS: '0',
      // How busy the machine is decides no test.
      ADMISSION: 'off',
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      ...ground,
      ...(await withOwnDatabase(settings)),
    },
    options,
  )
  const { child, output } = started
  const gone = once(child, 'exit') as Promise<[number | null]>
  const url = await urlOf(started)
  const exit = async () => (await gone)[0]
  return {
    child,
    url,
    output,
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
