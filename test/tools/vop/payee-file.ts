import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { App } from '../../support/app.js'
import { startProcess } from '../../support/processes.js'

export const POST = 'POST /v1.0/account-verifications'

/** A file of payees with this text, in a folder of its own. */
export function written(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kyc-graph-payees-')), 'payees.csv')
  writeFileSync(path, text)
  return path
}

/** A file of so many payees, each with an account of its own. */
export function payeeFile(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `invoice ${i},Payee ${i},GB15ABBY${String(30000000000000 + i)}`)
  return written(`reference,name,IBAN\n${rows.join('\n')}\n`)
}

/** `npm run vop` in a process of its own. */
export interface VopProcess {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exit: Promise<number | null>
}

export function startVop(args: readonly string[], token: string): VopProcess {
  const child = startProcess(process.execPath, ['--import', 'tsx', 'src/tools/vop.ts', ...args], {
    env: { PATH: process.env['PATH'], VOP_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { child, output: () => text, exit: once(child, 'exit').then(([code]) => code as number | null) }
}

/** The accounts that the provider was asked about, in order. */
export const askedAccounts = (app: App): string[] =>
  app
    .recorded('banfico')
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => (body as any).data.verification.account.id as string)

/** Kills a run once the provider has been asked about so many accounts. */
export async function killAfter(app: App, vop: VopProcess, asked: number): Promise<void> {
  while (askedAccounts(app).length < asked && vop.child.exitCode === null) await delay(5)
  vop.child.kill('SIGKILL')
  await vop.exit
}
