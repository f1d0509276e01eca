import { ConfigError, environment, readConfig } from './config.js'
import { exitOnCrash, shutdownOnSignals } from './lifecycle/shutdown.js'
import { createLog } from './observability/log.js'
import { startServer } from './server.js'

async function main(): Promise<void> {
  const config = readConfig(environment())
  const log = createLog(config.logLevel)
  if (config.plaintext.length > 0)
    log.warn({ settings: config.plaintext }, 'ALLOW_PLAINTEXT: these are reached without encryption')
  exitOnCrash(log)
  const server = await startServer({ config, log })
  shutdownOnSignals(server.close)
  const store = config.redis === undefined ? 'memory' : 'redis'
  log.info({ url: server.url, providers: Object.keys(config.providers), store }, 'listening')
}

/** The message for an error at the start. Messages of other errors are left out: they may hold the value of a setting. */
function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  const { code } = error as { code?: unknown }
  if (code === 'EADDRINUSE') return 'The address is taken: set HOST and PORT to a free one.'
  const kind = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
  return `The server could not be started (${kind}).`
}

main().catch((error: unknown) => {
  console.error(reasonOf(error))
  process.exit(1)
})
