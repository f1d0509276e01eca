import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import { ConfigError, environment } from '../config.js'
import { shutdownOnSignals } from '../lifecycle/shutdown.js'
import { startEmulators } from './emulators.js'
import { createIssuer } from './issuer.js'

/**
 * The emulators of all providers and an issuer of tokens in one process, for the evaluation of a deployment. The issuer has
 * the port `PORT` and gives a token to every client that can reach it; the emulators have the ports after it. The settings
 * that connect a server are written to a folder, one file for each, named like the setting.
 */
async function main(folder: string | undefined): Promise<void> {
  const { HOST: host = '127.0.0.1', PORT: port = '4100', AUTH_ISSUER: name } = environment()
  if (folder === undefined || !name)
    throw new ConfigError(['AUTH_ISSUER names the issuer, and the first argument the folder for the settings'])
  const issuer = await createIssuer(name, join(folder, 'signing-key.json'))
  const app = Fastify({ logger: false, forceCloseConnections: true })
  issuer.routes(app)
  app.get('/health', () => ({ status: 'ok' }))
  const jwksUrl = `http://127.0.0.1:${port}/oauth/jwks`
  const { settings, close } = await startEmulators({ firstPort: Number(port) + 1, host, jwksUrl })
  mkdirSync(folder, { recursive: true })
  for (const [setting, value] of Object.entries(settings)) writeFileSync(join(folder, setting), `${value}\n`)
  shutdownOnSignals(async () => {
    await app.close()
    await close()
  })
  // Last: from then on the settings are there.
  await app.listen({ host, port: Number(port) })
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
})
