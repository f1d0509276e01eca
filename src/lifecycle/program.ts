import { ConfigError, environment, readConfig } from '../config.js'
import { reportCheck } from '../config/check.js'
import { mistakenNames } from '../config/setting-names.js'
import { configWarnings } from '../config/warnings.js'
import { exitOnCrash, shutdownOnSignals } from './shutdown.js'
import { startFailure } from './start-failure.js'
import { VERSION } from '../../datasources/http/user-agent.js'
import { createLog, type Log, type LogDestination } from '../observability/log.js'
import type { LogSettings } from '../observability/log-settings.js'
import { prettyDestination } from '../observability/pretty.js'
import { logProcessOutput } from '../observability/process-output.js'
import { type Server, startServer } from '../server.js'

/** The configuration; without a usable one there is no log either, and the problems are printed. */
function configuration() {
  try {
    return readConfig(environment())
  } catch (error) {
    console.error(error instanceof ConfigError ? [error.message, ...mistakenLines()].join('\n') : startFailure(error))
    process.exit(1)
  }
}

const mistakenLines = (): readonly string[] => mistakenNames(environment()).map((line) => `  - ${line}`)

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
    log.fatal(startFailure(error))
    process.exit(1)
  }
}

const flags = process.argv.slice(2)
if (flags.includes('--check')) process.exit(await reportCheck(environment(), flags.includes('--json')))

const config = configuration()
const log = createLog(config.log.level, await destination(config.log.format))
logProcessOutput(log)
exitOnCrash(log)
for (const message of mistakenNames(environment())) log.warn(message)
for (const { facts = {}, message } of configWarnings(config)) log.warn(facts, message)
const server = await start(config, log)
shutdownOnSignals(server.stop)
await server.reached
const { url, adminUrl } = server
const store = config.redis === undefined ? 'memory' : 'redis'
const { hasTenants, tenants } = config.tenancy
const served = hasTenants ? { tenants: tenants.map(({ id }) => id) } : { providers: Object.keys(config.providers) }
const traces = config.traces.destination === undefined ? 'off' : config.traces.sampler
log.info({ url, adminUrl, ...served, store, traces, version: VERSION, node: process.version }, 'listening')
