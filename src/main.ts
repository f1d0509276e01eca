import { ConfigError, environment, readConfig } from './config.js'
import { createLog } from './log.js'
import { startServer } from './server.js'
import { stopOnSignals } from './signals.js'

try {
  const config = readConfig(environment())
  const log = createLog(config.logLevel)
  const server = await startServer({ config, log })
  stopOnSignals(server.close)
  log.info({ url: server.url, providers: Object.keys(config.providers), store: config.redisUrl === undefined ? 'memory' : 'redis' }, 'listening')
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  console.error(error.message)
  process.exit(1)
}
