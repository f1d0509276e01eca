import '../lifecycle/no-debugger.js'
import { parseArgs } from 'node:util'
import { type ProviderName, providers } from '../../datasources/index.js'
import { ConfigError, environment, readConfig } from '../config.js'
import { MAX_CALLS, probeProvider, type ProbeReport } from './probe/run.js'
import { probeTable } from './probe/table.js'

const USAGE = `npm run probe -- NAME … [--all] [--write] [--subject ID] [--tenant ID] [--json]
  NAME       ${Object.keys(providers).join(', ')}
  --all      every provider that is configured
  --write    also checks what needs a write, on a throw-away customer or person
  --subject  the throw-away customer or account of --write, for providers where none can be created
  --tenant   the tenant of TENANTS_FILE with whose credentials the providers are called
The settings are those of npm start. Without --write only GET requests are sent, at most ${MAX_CALLS} and the login.`

/** A probe authenticates no callers, so these need no value of their own. */
const CALLER_SETTINGS = {
  AUTH_ISSUER: 'https://probe.invalid',
  AUTH_AUDIENCE: 'probe',
  AUTH_JWKS_URL: 'https://probe.invalid/jwks',
}

/** Answers the exit code: 1 when an assumption does not hold, 2 when nothing could be probed. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      subject: { type: 'string' },
      tenant: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const isKnown = (name: string): name is ProviderName => Object.hasOwn(providers, name)
  const named = positionals.filter(isKnown)
  if (named.length < positionals.length || (named.length === 0 && !values.all)) {
    console.error(USAGE)
    return 2
  }
  const config = readConfig({ ...CALLER_SETTINGS, ...environment() }, { development: true })
  const tenant = config.tenancy.tenants.find(({ id }) => id === values.tenant)
  if (tenant === undefined) throw new ConfigError(['--tenant must name a tenant of TENANTS_FILE, where there is one'])
  const configured = Object.keys(tenant.providers).filter(isKnown)
  const missing = named.filter((name) => !configured.includes(name))
  if (missing.length > 0) throw new ConfigError(missing.map((name) => `${name.toUpperCase()}_URL is missing`))
  const reports: ProbeReport[] = []
  for (const name of values.all ? configured : named) {
    const onProgress = (states: string) => console.error(`${name}: ${states}`)
    const report = await probeProvider(name, {
      config,
      tenant,
      mayWrite: values.write,
      subject: values.subject,
      onProgress,
    })
    reports.push(report)
    if (!values.json) console.log(`${probeTable(report)}\n`)
  }
  if (values.json) console.log(JSON.stringify(reports, null, 2))
  return reports.some(({ rows }) => rows.some(({ result }) => result === 'fails')) ? 1 : 0
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(
      error instanceof ConfigError
        ? error.message
        : `The probe stopped (${error instanceof Error ? error.name : 'unknown'}).`,
    )
    process.exitCode = 2
  },
)
