import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, startProgram } from './program.js'
import { freePorts, type Service } from './service.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
export const SUBGRAPH_FILE = join(ROOT, 'schema/schema.graphql')
/** The server, and an emulator of each of the five providers on the ports after it. */
const PORTS = 6

/** kyc-graph in development: with emulators of its providers and an issuer of tokens. */
export interface Graph extends Service {
  /** The addresses of the emulators by provider. */
  readonly emulators: Readonly<Record<string, string>>
  /** Issues a token with these scopes. */
  readonly token: (scopes: readonly string[], client?: string) => Promise<string>
  /** The token of the client `ops`, which may read and write everything. */
  readonly ops: string
}

async function issue(url: string, scopes: readonly string[], client: string): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' '), client_id: client }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

/** Starts `npm run dev` of the repository. */
export async function startGraph(): Promise<Graph> {
  const port = await freePorts(PORTS)
  const url = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-federation-'))
  const graph = await startProgram('kyc-graph', ['--import', 'tsx', 'src/dev/main.ts'], {
    cwd: ROOT,
    env: { PORT: String(port), AUDIT_LOG: join(folder, 'audit.log') },
    // The tokens are printed last.
    isReady: async (output) => /^export OPS=/m.test(output) && (await answers(`${url}/ready`)),
  })
  const output = graph.output()
  return {
    url,
    emulators: Object.fromEntries(
      [...output.matchAll(/^ {2}(\w+) +(http\S+) +emulator$/gm)].map(([, name, address]) => [name!, address!]),
    ),
    token: (scopes, client = 'partner') => issue(url, scopes, client),
    ops: /^export OPS=(\S+)$/m.exec(output)![1]!,
    async stop() {
      await graph.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
