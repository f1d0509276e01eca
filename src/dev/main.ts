import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { providerEntries } from '../../datasources/index.js'
import { ConfigError, environment, readConfig } from '../config.js'
import { mistakenNames } from '../config/setting-names.js'
import { createLog } from '../observability/log.js'
import { prettyDestination } from '../observability/pretty.js'
import { ATTRIBUTES } from '../observability/tracing/attributes.js'
import { startServer } from '../server.js'
import { shutdownOnSignals } from '../lifecycle/shutdown.js'
import { startFailure } from '../lifecycle/start-failure.js'
import { createConsentRegister } from './consent-register.js'
import { type Emulators, startEmulators } from './emulators.js'
import { examplesOf } from './examples/operations-with-samples.js'
import { createExampleRecords } from './examples/records.js'
import { explain } from './explain.js'
import { explorerPage } from './explorer/page.js'
import type { Example } from './explorer/setup.js'
import { AUDIENCE, createIssuer, type Issuer } from './issuer.js'
import { registerPages } from './pages.js'
import { PERSONAS } from './personas.js'
import { SpanMemory } from './span-memory.js'
import type { PersonaToken } from './start-page/personas-section.js'
import { startTraceReceiver, type TraceReceiver } from './trace-receiver.js'
import { subscribeWebhooks } from './webhook-subscription.js'
import { FIRST_QUERY, prepare } from './welcome.js'

/** The signing key is kept across reloads, until the next install. */
const KEY_FILE = fileURLToPath(new URL('../../node_modules/.cache/kyc-graph/development-key.json', import.meta.url))

/** Development uses consecutive ports: one for the server, and one for each emulator. */
const PORTS = 1 + providerEntries.length
const MAX_PORT = 65_536 - PORTS
/** The longest time for which a stopping server waits for what runs: nothing of it is kept. */
const MAX_STOP_MS = 1_500

function readPort(): number {
  const port = Number(environment()['PORT'] || 4000)
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT)
    throw new ConfigError([
      `PORT must be a whole number from 1 to ${MAX_PORT}: development needs ${PORTS} consecutive ports`,
    ])
  return port
}

/** The configuration of the server in development; the settings of the emulators override those of the environment. */
const developmentConfig = (
  port: number,
  jwksUrl: string,
  { issuer }: Issuer,
  settings: Record<string, string>,
  traceSettings: TraceReceiver['settings'],
) =>
  readConfig(
    {
      LOG_LEVEL: 'warn',
      LOG_FORMAT: process.stdout.isTTY ? 'pretty' : 'json',
      // Sandbox may also be opened at its own address.
      CORS_ORIGINS: 'https://studio.apollographql.com,https://sandbox.embed.apollographql.com',
      // Receivers of webhooks on this machine.
      PARTNER_WEBHOOK_NETWORKS: '127.0.0.0/8,::1/128',
      ...traceSettings,
      ...environment(),
      PORT: String(port),
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      ...settings,
    },
    { development: true },
  )

const issueTokens = (issuer: Issuer): Promise<readonly PersonaToken[]> =>
  Promise.all(
    PERSONAS.map(async (persona) => ({
      ...persona,
      token: await issuer.token({ client: persona.client, scope: persona.scopes.join(' ') }),
    })),
  )

/** The text that `npm run dev` prints: addresses, tokens and the first query. */
function welcome(
  url: string,
  emulators: Emulators,
  tokens: readonly PersonaToken[],
  variables: Record<string, string>,
): string {
  return `
kyc-graph  ${url}/   (start page: tokens, test data, waterfalls of the last operations)
           ${url}/graphql   (open it in a browser for the explorer)
${Object.entries(emulators)
  .map(([name, emulator]) => `  ${name.padEnd(9)}${emulator.url}   emulator`)
  .join('\n')}

Tokens (12 hours):
${tokens.map(({ client, title, token }) => `\n# ${client}: ${title}\nexport ${client.toUpperCase()}=${token}`).join('\n')}

A first query over five providers:

curl -s ${url}/graphql -H "authorization: Bearer $OPS" -H 'content-type: application/json' --data @- <<'QUERY'
${JSON.stringify({ query: FIRST_QUERY.replace(/^#.*$/gm, '').replace(/\s+/g, ' ').trim(), variables })}
QUERY
`
}

async function main(): Promise<void> {
  const port = readPort()
  const origin = `http://127.0.0.1:${port}`
  const jwksUrl = `${origin}/oauth/jwks`
  const issuer = await createIssuer(origin, KEY_FILE)
  const { emulators, settings, close: closeEmulators } = await startEmulators({ firstPort: port + 1, jwksUrl })
  const receiver = await startTraceReceiver(ATTRIBUTES.providerCalls)
  const config = developmentConfig(port, jwksUrl, issuer, settings, receiver.settings)
  for (const message of mistakenNames(environment())) console.warn(message)
  const tokens = await issueTokens(issuer)
  const ops = tokens[0]!.token
  let examples: readonly Example[] = []
  const spans = new SpanMemory()
  const server = await startServer({
    config,
    log: createLog(config.log.level, config.log.format === 'pretty' ? await prettyDestination() : undefined),
    explorer: explorerPage,
    explain: explain(spans),
    spanProcessors: [spans],
    routes: (app) => {
      const { operations } = receiver
      registerPages(app, { url: origin, config, emulators, personas: tokens, operations, examples: () => examples })
      issuer.routes(app)
      createConsentRegister().routes(app)
    },
  })
  shutdownOnSignals(async () => {
    console.log('\nkyc-graph stops.')
    const stopped = server.close().then(() => Promise.all([closeEmulators(), receiver.close()]))
    await Promise.race([stopped, delay(MAX_STOP_MS)])
  })
  await server.reached
  const variables = await prepare(server.url, ops)
  const synctera = emulators.synctera.url
  examples = examplesOf(await createExampleRecords({ url: server.url, token: ops, syncteraUrl: synctera }, variables))
  await subscribeWebhooks(emulators.synctera, server.url)
  console.log(welcome(server.url, emulators, tokens, variables))
}

main().catch((error: unknown) => {
  const { code, port } = error as { code?: string; port?: number }
  if (error instanceof ConfigError) console.error(error.message)
  else if (code === 'EADDRINUSE')
    console.error(
      `Port ${port} is in use. Development needs ${PORTS} consecutive ports: set PORT to the first of ${PORTS} free ones.`,
    )
  else console.error(code === undefined ? error : startFailure(error))
  process.exit(1)
})
