import { ConfigError, environment, readConfig } from './config.js'
import { createLog } from './log.js'
import { startServer } from './server.js'
import { endOnCrash, stopOnSignals } from './signals.js'

try {
  const config = readConfig(environment())
  const log = createLog(config.logLevel)
  if (config.plaintext.length > 0) log.warn({ settings: config.plaintext }, 'ALLOW_PLAINTEXT: these are reached without encryption')
  endOnCrash(log)
  const server = await startServer({ config, log })
  stopOnSignals(server.close)
  log.info({ url: server.url, providers: Object.keys(config.providers), store: config.redis === undefined ? 'memory' : 'redis' }, 'listening')
} catch (error) {
  // Nothing but a sentence of ours: an error's own text may hold a setting's value.
  const { code } = error as { code?: unknown }
  const reason = code === 'EADDRINUSE' ? 'The address is taken: set HOST and PORT to a free one.' : `The server could not be started (${typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'}).`
  console.error(error instanceof ConfigError ? error.message : reason)
  process.exit(1)
}
