import { fileURLToPath } from 'node:url'
import { ConfigError, environment, readConfig } from '../config.js'
import { createLog } from '../observability/log.js'
import { startServer } from '../server.js'
import { shutdownOnSignals } from '../lifecycle/shutdown.js'
import { startEmulators } from './emulators.js'
import { explain } from './explain.js'
import { allowSandbox, explorer } from './explorer.js'
import { AUDIENCE, createIssuer } from './issuer.js'
import { PERSONAS } from './personas.js'
import { subscribeWebhooks } from './webhook-subscription.js'
import { EXAMPLES, FIRST_QUERY, prepare } from './welcome.js'

/** Outlives a reload, not an install. */
const KEY_FILE = fileURLToPath(new URL('../../node_modules/.cache/kyc-graph/development-key.json', import.meta.url))

async function main(): Promise<void> {
  const env = environment()
  const port = Number(env['PORT'] || 4000)
  if (!Number.isInteger(port) || port < 1 || port > 65_530)
    throw new ConfigError(['PORT must be a whole number from 1 to 65530: development needs six ports in a row'])
  const origin = `http://127.0.0.1:${port}`
  const issuer = await createIssuer(origin, KEY_FILE)
  const jwksUrl = `${origin}/oauth/jwks`

  const { emulators, settings, close: closeEmulators } = await startEmulators({ firstPort: port + 1, jwksUrl })
  const config = readConfig(
    {
      LOG_LEVEL: 'warn',
      // Sandbox may also be opened at its own address.
      CORS_ORIGINS: 'https://studio.apollographql.com,https://sandbox.embed.apollographql.com',
      ...env,
      PORT: String(port),
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: jwksUrl,
      ...settings,
    },
    { development: true },
  )
  const tokens = await Promise.all(
    PERSONAS.map(async (persona) => ({
      ...persona,
      token: await issuer.token({ client: persona.client, scope: persona.scopes.join(' ') }),
    })),
  )
  const ops = tokens[0]!.token
  let variables: Record<string, string> = {}
  const server = await startServer({
    config,
    log: createLog(config.logLevel),
    explorer: explorer(() => ({ document: EXAMPLES, variables, token: ops })),
    explain,
    routes: (app) => {
      issuer.routes(app)
      allowSandbox(app)
    },
  })
  shutdownOnSignals(async () => {
    await server.close()
    await closeEmulators()
  })
  variables = await prepare(server.url, ops)
  await subscribeWebhooks(emulators.synctera, server.url)

  console.log(`
kyc-graph  ${server.url}/graphql   (open it in a browser for Apollo Sandbox)
${Object.entries(emulators)
  .map(([name, emulator]) => `  ${name.padEnd(9)}${emulator.url}   emulator`)
  .join('\n')}

Tokens (12 hours):
${tokens.map(({ client, title, token }) => `\n# ${client}: ${title}\nexport ${client.toUpperCase()}=${token}`).join('\n')}

A first query over all five providers:

curl -s ${server.url}/graphql -H "authorization: Bearer $OPS" -H 'content-type: application/json' --data @- <<'QUERY'
${JSON.stringify({ query: FIRST_QUERY.replace(/^#.*$/gm, '').replace(/\s+/g, ' ').trim(), variables })}
QUERY
`)
}

main().catch((error: unknown) => {
  const inUse = (error as { code?: string; port?: number }).code === 'EADDRINUSE'
  if (error instanceof ConfigError) console.error(error.message)
  else if (inUse)
    console.error(
      `Port ${(error as { port?: number }).port} is taken. Development needs six ports in a row: set PORT to the first of six free ones.`,
    )
  else console.error(error)
  process.exit(1)
})
