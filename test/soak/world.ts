import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import { providers } from '../../datasources/index.js'
import { type Emulators, startEmulators } from '../../src/dev/emulators.js'
import { AUDIENCE, createIssuer } from '../../src/dev/issuer.js'
import { subscribeWebhooks } from '../../src/dev/webhook-subscription.js'
import { freePort, type PrivateRedis, privateRedis } from '../support/redis.js'
import { type Caller, CALLERS } from './callers.js'
import type { Oracle } from './oracle.js'
import { build, type Replica, replica } from './replica.js'

/** Short, so that a minute sees many of them end. */
export const PROVIDER_TIMEOUT_MS = 1_500
export const REQUEST_TIMEOUT_MS = 4_000

/** Everything that is not the driver: the servers, what they stand on, and what they ask. */
export interface World {
  readonly emulators: Emulators
  readonly redis: PrivateRedis
  /** The first lives for the whole run; the others are killed now and then. */
  readonly replicas: readonly [Replica, ...Replica[]]
  readonly tokenOf: (caller: Caller) => string
  /** The settings that the check of the audit trail needs. */
  readonly auditSettings: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

const nameOf = (i: number): string => String.fromCharCode('a'.charCodeAt(0) + i)

/** Starts all of it in its own folder; the providers report each effect to the oracle. */
export async function startWorld(folder: string, oracle: Oracle, count: number): Promise<World> {
  const authority = Fastify({ forceCloseConnections: true })
  const issuer = await createIssuer('https://issuer.test')
  issuer.routes(authority)
  const jwksUrl = `${await authority.listen({ port: 0, host: '127.0.0.1' })}/oauth/jwks`
  const tokens = new Map(
    await Promise.all(
      CALLERS.map(
        async (caller) =>
          [
            caller.client,
            await issuer.token({
              client: caller.client,
              scope: caller.scopes.join(' '),
              claims: { tenant: caller.tenant },
            }),
          ] as const,
      ),
    ),
  )
  const {
    emulators,
    settings,
    close: closeEmulators,
  } = await startEmulators({
    jwksUrl,
    // A response that a fault replaced tells nothing: its request was not executed.
    watch: (provider, exchange) => exchange.replaced || oracle.watch(provider, exchange),
  })
  const keeps = join(folder, 'redis')
  mkdirSync(keeps, { recursive: true })
  // What it has acknowledged outlives its being killed: a lost key would be a write that may be done twice.
  const redis = await privateRedis(['--dir', keeps, '--appendonly', 'yes', '--appendfsync', 'always'])
  const auditSettings = { REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  const timeouts = Object.fromEntries(
    Object.keys(providers).map((name) => [`${name.toUpperCase()}_TIMEOUT_MS`, String(PROVIDER_TIMEOUT_MS)]),
  )
  const program = build(join(folder, 'server'))
  const server = async (name: string) =>
    replica(name, program, folder, await freePort(), {
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      DRAIN_DELAY_MS: '0',
      REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      // Counted, and never reached.
      RATE_LIMIT_COST_PER_MINUTE: '1000000000',
      ...auditSettings,
      ...timeouts,
      ...settings,
    })
  const [first, ...others] = await Promise.all(Array.from({ length: count }, (_, i) => server(nameOf(i))))
  const replicas = [first!, ...others] as const
  await Promise.all(replicas.map(({ start }) => start()))
  await subscribeWebhooks(emulators.synctera, first!.url)
  return {
    emulators,
    redis,
    replicas,
    tokenOf: ({ client }) => tokens.get(client)!,
    auditSettings,
    async close() {
      await Promise.all(replicas.map(({ kill }) => kill()))
      await closeEmulators()
      await authority.close()
      await redis.kill()
    },
  }
}
