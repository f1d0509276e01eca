import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { SCOPES } from '../../../schema/scopes.js'
import { type Emulators, startEmulators } from '../../../src/dev/emulators.js'
import { AUDIENCE, createIssuer } from '../../../src/dev/issuer.js'

/** What a server needs around it: the emulators and an issuer. */
export interface Surroundings {
  readonly emulators: Emulators
  readonly settings: Readonly<Record<string, string>>
  /** A token with every scope. */
  readonly token: string
  readonly close: () => Promise<void>
}

export async function startSurroundings(): Promise<Surroundings> {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  const issuer = await createIssuer('https://issuer.example')
  issuer.routes(app)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const jwksUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/oauth/jwks`
  const { emulators, settings, close } = await startEmulators({ jwksUrl })
  return {
    emulators,
    settings: { ...settings, AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: jwksUrl },
    token: await issuer.token({ client: 'image', scope: Object.keys(SCOPES).join(' ') }),
    async close() {
      await close()
      await app.close()
    },
  }
}

/** Sends an operation; undefined while nothing listens. */
export async function ask(port: number, token: string, query: string): Promise<unknown> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    return ((await response.json()) as { data?: unknown }).data
  } catch {
    return undefined
  }
}
