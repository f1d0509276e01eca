import { join } from 'node:path'
import { freePorts, ROOT, start, temporaryFolder } from './program.js'

/** The server of development, as `npm run dev` starts it. */
export interface Graph {
  readonly url: string
  /** The token of a partner that it prints. */
  readonly partner: string
  readonly stop: () => Promise<void>
}

export async function startGraph(): Promise<Graph> {
  const port = freePorts()
  const auditLog = join(temporaryFolder(), 'audit.log')
  const program = start('exec node --import tsx src/dev/main.ts', ROOT, { PORT: port, AUDIT_LOG: auditLog })
  const [, partner] = await program.printed(/^export PARTNER=(\S+)$[^]*A first query/m)
  return { url: `http://127.0.0.1:${port}`, partner: partner!, stop: program.stop }
}
