import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { ask, CORE, freePort, helper, program, until } from '../../../bench/processes.js'
import { record } from '../../../bench/recording.js'
import { type GraphqlRequest, requestAt, type Requests } from '../../../bench/requests.js'
import { GLIBC_SETTINGS, NODE_ARGUMENTS } from '../../soak/replica.js'
import type { ChaosContext } from '../scenario.js'
import type { Bucket, Job } from './generator.js'
import { type Mix, MIXES } from './mixes.js'

/** What the server stands on, and the requests that it gets. */
export interface World {
  readonly settings: Readonly<Record<string, string>>
  readonly requests: (mix: Mix) => readonly GraphqlRequest[]
  readonly close: () => Promise<void>
}

/** Providers that answer what they answered before as fast as Node can, and callers without a rate limit. */
export async function startWorld(progress: (line: string) => void): Promise<World> {
  const { dataset, responses, settings, tokens, encryptionKey, close } = await record(
    (dataset) => MIXES.flatMap(({ operations }) => operations(dataset)),
    progress,
  )
  const stub = helper(new URL('../../../bench/stub.ts', import.meta.url).href, CORE.others)
  const byProvider = Object.entries(responses).map(([name, own]) => [name, [...own]] as const)
  const { urls } = await ask<{ urls: Record<string, string> }>(stub, { responses: Object.fromEntries(byProvider) })
  return {
    settings: {
      ...settings(urls),
      STORE_ENCRYPTION_KEY: encryptionKey,
      RATE_LIMIT_COST_PER_MINUTE: '0',
      MAX_CONNECTIONS_PER_ADDRESS: '100000',
    },
    requests({ operations }) {
      const bodies = operations(dataset).map((operation) => JSON.stringify(operation))
      const requests: Requests = { tokens: tokens.full, bodies }
      return Array.from({ length: Math.max(bodies.length, tokens.full.length) }, (_, i) => requestAt(requests, i))
    },
    close,
  }
}

export interface RunningServer {
  readonly port: number
  readonly url: string
  readonly child: ChildProcess
}

/** Starts a server on the core that is measured. */
export async function startServer(
  context: ChaosContext,
  world: World,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(context.folder, `${name}.log`)
  const audit = join(context.folder, `${name}-audit.log`)
  const child = program(process.execPath, [...NODE_ARGUMENTS, context.program], CORE.measured, {
    log,
    env: { ...GLIBC_SETTINGS, ...world.settings, ...settings, PORT: String(port), LOG_LEVEL: 'warn', AUDIT_LOG: audit },
  })
  await until(async () => (await fetch(`${url}/ready`)).ok, `The server ${name}`)
  return { port, url, child }
}

/** Lets the generator send the phases of a job, one after the other. */
export async function load(job: Job): Promise<Bucket[]> {
  const generator = helper(new URL('./generator.ts', import.meta.url).href, CORE.others)
  const buckets = await ask<Bucket[]>(generator, job)
  generator.disconnect()
  return buckets
}
