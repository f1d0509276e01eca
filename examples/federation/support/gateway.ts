import { fileURLToPath } from 'node:url'
import { answers, type Program, startProgram } from './program.js'
import { freePorts, type Service } from './service.js'

const HERE = fileURLToPath(new URL('..', import.meta.url))

/** Hive Gateway, and what it has printed. */
export type Gateway = Service & Pick<Program, 'output'>

/** Starts Hive Gateway with `gateway.config.ts`. */
export async function startGateway(supergraphFile: string, issuer: string, port?: number): Promise<Gateway> {
  const own = port ?? (await freePorts(1))
  const url = `http://127.0.0.1:${own}`
  const gateway = await startProgram(
    'Hive Gateway',
    [
      'node_modules/@graphql-hive/gateway/dist/bin.js',
      'supergraph',
      supergraphFile,
      '--host',
      '127.0.0.1',
      '--port',
      String(own),
    ],
    {
      cwd: HERE,
      env: { NODE_ENV: 'production', ISSUER: issuer },
      isReady: () => answers(`${url}/readiness`),
    },
  )
  return { url, ...gateway }
}
