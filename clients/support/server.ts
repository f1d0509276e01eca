import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { readConfig } from '../../src/config.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { createLog } from '../../src/observability/log.js'
import { type Server, startServer } from '../../src/server.js'
import { startGround } from '../../test/support/app.js'
import { privateRedis } from '../../test/support/redis.js'
import type { TokenOptions } from '../../test/support/tokens.js'
import { type ProxyFault, startFaultProxy } from './fault-proxy.js'

// The server that the tests of the client packages call: with emulators, a Redis of its own, and a proxy that makes
// faults. It prints one line of JSON with its addresses, and ends when its standard input does.

const redis = await privateRedis()
const ground = await startGround()
const proxy = await startFaultProxy()
const auditLog = join(mkdtempSync(join(tmpdir(), 'kyc-graph-clients-')), 'audit.log')
const storeKey = randomBytes(32).toString('base64')

async function start(): Promise<Server> {
  const config = readConfig({
    ...ground.settings,
    AUDIT_LOG: auditLog,
    PORT: '0',
    AUTH_ISSUER: ground.issuer.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: ground.jwksUrl,
    AUTH_DPOP_NONCE: 'true',
    LOG_LEVEL: 'fatal',
    ADMISSION: 'off',
    DRAIN_DELAY_MS: '0',
    UNAUTHENTICATED_REQUESTS_PER_MINUTE: '0',
    RATE_LIMIT_COST_PER_MINUTE: '0',
    REDIS_URL: redis.url,
    STORE_ENCRYPTION_KEY: storeKey,
  })
  const server = await startServer({ config, log: createLog(config.log.level, { write: () => undefined }) })
  await server.reached
  proxy.target = server.url
  return server
}

let server = await start()

const control = Fastify({ forceCloseConnections: true })
control.post<{ Body: ProxyFault }>('/faults', async ({ body }) => {
  proxy.add(body)
  return {}
})
control.get('/requests', async () => proxy.requests())
control.delete('/requests', async () => {
  proxy.clear()
  return {}
})
control.post<{ Body: TokenOptions }>('/tokens', async ({ body }) => ({ token: await ground.token(body) }))
// While it is away, connections are cut.
control.post<{ Body: { awayMs: number } }>('/restarts', async ({ body }) => {
  proxy.target = undefined
  await server.close()
  await new Promise((resolve) => setTimeout(resolve, body.awayMs))
  server = await start()
  return {}
})
const controlUrl = await control.listen({ port: 0, host: '127.0.0.1' })
const emulators = Object.fromEntries(Object.entries(ground.emulators).map(([name, { url }]) => [name, url]))
console.log(JSON.stringify({ url: `${proxy.url}/graphql`, controlUrl, emulators }))

process.stdin.resume().once('end', () => {
  void Promise.all([server.close(), ground.close(), control.close(), redis.kill()]).then(() => process.exit(0))
  proxy.close()
})
