import cluster from 'node:cluster'
import { workerFile } from './audit/files.js'
import { type Config, ConfigError, environment, readConfig } from './config.js'
import { createLog, type Log } from './observability/log.js'
import { exitOnCrash, shutdownOnSignals } from './lifecycle/shutdown.js'
import { lead } from './workers/primary.js'
import { type Place, takePlace } from './workers/worker.js'

async function serve(config: Config, log: Log, place?: Place): Promise<void> {
  // The primary serves nothing, so it does not load what serves.
  const { startServer } = await import('./server.js')
  const server = await startServer({ config, log, metrics: place?.metrics })
  const stop = shutdownOnSignals(server.close)
  place?.onStop(stop)
  log.info(
    {
      url: server.url,
      providers: Object.keys(config.providers),
      store: config.redis === undefined ? 'memory' : 'redis',
    },
    'listening',
  )
}

/** The settings of one worker: its trail has a file of its own. */
const ofWorker = (config: Config, { number }: Place): Config =>
  'file' in config.audit ? { ...config, audit: { file: workerFile(config.audit.file, number) } } : config

try {
  const place = cluster.isWorker ? takePlace(Number(process.argv[2])) : undefined
  const config = readConfig(environment())
  const log = createLog(config.logLevel, undefined, place?.number)
  if (config.plaintext.length > 0 && !place)
    log.warn({ settings: config.plaintext }, 'ALLOW_PLAINTEXT: these are reached without encryption')
  exitOnCrash(log)
  if (place) await serve(ofWorker(config, place), log, place)
  else if (config.workers > 1) lead(config.workers, log)
  else await serve(config, log)
} catch (error) {
  // Nothing but a sentence of ours: an error's own text may hold a setting's value.
  const { code } = error as { code?: unknown }
  const reason =
    code === 'EADDRINUSE'
      ? 'The address is taken: set HOST and PORT to a free one.'
      : `The server could not be started (${typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'}).`
  console.error(error instanceof ConfigError ? error.message : reason)
  process.exit(1)
}
