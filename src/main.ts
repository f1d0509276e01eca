import { ConfigError, environment, readConfig } from './config.js'
import { createLog } from './log.js'
import { startServer } from './server.js'

/** Ends the process when it has stopped, and at once when it is told a second time. */
export function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      close().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

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
