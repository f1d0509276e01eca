import { ConfigError, environment, readConfig } from './config.js'
import { KeyRingError } from './keys/key-ring.js'
import { exitOnCrash, shutdownOnSignals } from './lifecycle/shutdown.js'
import { VERSION } from '../datasources/http/user-agent.js'
import { createLog, type Log, type LogDestination } from './observability/log.js'
import type { LogSettings } from './observability/log-settings.js'
import { prettyDestination } from './observability/pretty.js'
import { logProcessOutput } from './observability/process-output.js'
import { type Server, startServer } from './server.js'

/** The message for an error at the start. Messages of other errors are left out: they may hold the value of a setting. */
function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  if (error instanceof KeyRingError) return `The server could not be started: ${error.message}.`
  if (code === 'EADDRINUSE')
    return 'The address is taken: set HOST and PORT, or ADMIN_HOST and ADMIN_PORT, to a free one.'
  const kind = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
  return `The server could not be started (${kind}).`
}

/** The configuration; without a usable one there is no log either, and the problems are printed. */
function configuration() {
  try {
    return readConfig(environment())
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : reasonOf(error))
    process.exit(1)
  }
}

/** Where the log is written. */
async function destination(format: LogSettings['format']): Promise<LogDestination | undefined> {
  try {
    return format === 'pretty' ? await prettyDestination() : undefined
  } catch {
    console.error('LOG_FORMAT=pretty needs the package pino-pretty, which is not installed.')
    process.exit(1)
  }
}

async function start(config: ReturnType<typeof readConfig>, log: Log): Promise<Server> {
  try {
    return await startServer({ config, log })
  } catch (error) {
    log.fatal(reasonOf(error))
    process.exit(1)
  }
}

const config = configuration()
const log = createLog(config.log.level, await destination(config.log.format))
logProcessOutput(log)
exitOnCrash(log)
if (config.plaintext.length > 0)
  log.warn({ settings: config.plaintext }, 'ALLOW_PLAINTEXT: these are reached without encryption')
if (config.securityLog === undefined)
  log.warn('SECURITY_LOG is off: failed logins and denied access are counted and leave no line')
if (config.admin === undefined)
  log.warn('ADMIN_PORT is not set: /health, /ready and /metrics are on the public port, where overload delays them')
const server = await start(config, log)
shutdownOnSignals(server.stop)
await server.reached
const { url, adminUrl } = server
const store = config.redis === undefined ? 'memory' : 'redis'
const { hasTenants, tenants } = config.tenancy
const served = hasTenants ? { tenants: tenants.map(({ id }) => id) } : { providers: Object.keys(config.providers) }
const traces = config.traces.destination === undefined ? 'off' : config.traces.sampler
log.info({ url, adminUrl, ...served, store, traces, version: VERSION, node: process.version }, 'listening')
