import type { ChildProcess } from 'node:child_process'
import type { Operation } from './operations.js'
import type { Workload } from './workloads.js'

/** A server that is measured. */
export interface Contender {
  readonly name: string
  readonly port: number
  readonly path: string
  readonly child: ChildProcess
  /** Writes an operation for a schema other than this server's. */
  readonly translate: (workload: Workload, operation: Operation) => Operation
}

/** The translation for contenders with this server's schema. */
export const untranslated = (_workload: Workload, operation: Operation): Operation => operation

/** A gateway's configuration with the stubs' addresses in place of its placeholders. */
export const withStubs = (text: string, stubs: Setup['stubs']): string =>
  Object.entries(stubs).reduce((done, [name, url]) => done.replaceAll(`http://${name}.stub`, url), text)

/** The first message to a contender's process. */
export interface Setup {
  readonly stubs: Readonly<Record<string, string>>
  readonly redisUrl: string
  readonly bank: string
}

/** Runs a contender in this process: waits for the setup and reports the port that `start` listens on. */
export function serveContender(start: (setup: Setup) => Promise<number>): void {
  process.once('message', (setup: Setup) => void start(setup).then((port) => process.send!({ port })))
  process.on('disconnect', () => process.exit())
}

/** Redis keys of the data that the raw server reads in place of this server's own records. */
export const rawKeys = {
  verification: (id: string) => `raw:verification:${id}`,
  account: (authorization: string, account: string) => `raw:account:${authorization.slice(-32)}:${account}`,
  entitlements: (bankingCustomerId: string) => `raw:entitlements:${bankingCustomerId}`,
  write: (key: string) => `raw:write:${key}`,
}
