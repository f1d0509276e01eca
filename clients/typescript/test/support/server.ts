import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

/** Addresses of the server that the tests call; `clients/support/server.ts` starts it. */
export interface ServerAddresses {
  readonly url: string
  readonly controlUrl: string
  readonly emulators: Readonly<Record<'obp' | 'synctera' | 'apiture' | 'sei' | 'banfico', string>>
}

declare module 'vitest' {
  interface ProvidedContext {
    server: ServerAddresses
  }
}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** Vitest's global setup: one server for all files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'clients/support/server.ts'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), exited])) as [unknown]
  if (typeof line !== 'string') throw new Error('The server of the tests did not start.')
  project.provide('server', JSON.parse(line) as ServerAddresses)
  return async () => {
    child.stdin.end()
    await exited
  }
}
