import { readFileSync } from 'node:fs'
import type { ExecutionResult } from 'graphql'
import { createClient } from 'graphql-sse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAGIC_ACCOUNTS } from '../../datasources/banfico/emulator/magic-accounts.js'
import { ADA, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { examplesOf } from '../../src/dev/examples/operations-with-samples.js'
import { createExampleRecords } from '../../src/dev/examples/records.js'
import { EXPLORER_FILES } from '../../src/dev/explorer/bundle.js'
import { explorerPage } from '../../src/dev/explorer/page.js'
import type { Example, ExplorerSetup } from '../../src/dev/explorer/setup.js'
import { registerPages } from '../../src/dev/pages.js'
import { PERSONAS } from '../../src/dev/personas.js'
import type { PersonaToken } from '../../src/dev/start-page/personas-section.js'
import { startTraceReceiver, type TraceReceiver } from '../../src/dev/trace-receiver.js'
import { prepare } from '../../src/dev/welcome.js'
import { ATTRIBUTES } from '../../src/observability/tracing/attributes.js'
import { type App, type Environment, startApp, startGround } from '../support/app.js'

let ground: Environment
let receiver: TraceReceiver
let app: App
let production: App
let personas: readonly PersonaToken[]
let examples: readonly Example[] = []
beforeAll(async () => {
  receiver = await startTraceReceiver(ATTRIBUTES.providerCalls)
  ground = await startGround()
  personas = await Promise.all(PERSONAS.map(async (persona) => ({ ...persona, token: await ground.token(persona) })))
  const settings = { ...receiver.settings, OTEL_BSP_SCHEDULE_DELAY: '20', RATE_LIMIT_COST_PER_MINUTE: '0' }
  app = await startApp(
    settings,
    { ground },
    {
      explorer: explorerPage,
      routes(fastify) {
        const { operations } = receiver
        const { emulators, issuer } = ground
        const config = { redis: undefined }
        registerPages(fastify, {
          url: 'http://dev.test',
          config,
          emulators,
          personas,
          operations,
          examples: () => examples,
        })
        issuer.routes(fastify)
      },
    },
  )
  production = await startApp({}, { ground })
})
afterAll(async () => {
  await Promise.all([app.close(), production.close()])
  await Promise.all([ground.close(), receiver.close()])
})

async function get(path: string, accept = 'text/html,application/xhtml+xml,*/*;q=0.8', from = app) {
  const response = await fetch(from.url + path, { headers: { accept } })
  const header = (name: string): string => response.headers.get(name) ?? ''
  return {
    status: response.status,
    type: header('content-type'),
    csp: header('content-security-policy'),
    text: await response.text(),
  }
}

/** Runs an example; of a subscription the first event counts. */
async function run({ kind, document, variables }: Example, token: string) {
  const given = variables as Record<string, unknown>
  if (kind !== 'subscription') return app.run<Record<string, unknown>>(document, given, { token })
  const headers = { authorization: `Bearer ${token}` }
  const events = createClient({ url: `${app.url}/graphql`, headers }).iterate({ query: document, variables: given })
  const { value } = (await events.next()) as { value: ExecutionResult }
  await events.return?.()
  return value
}

/** The addresses that a page loads by itself. */
const loadedBy = (html: string): string[] =>
  [...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)

describe('the start page', () => {
  test('draws the last operations from what the exporter sent', async () => {
    expect((await get('/')).text).toContain('None yet.')
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 503 })
    const ids = CROWD.slice(0, 3).map(({ personId }, n) => `p${n}: person(id: "${personId!}") { lastName }`)
    await app.run(`query Of_${CROWD[0]!.lastName} { ${ids.join(' ')} }`)
    await expect.poll(() => receiver.operations().length, { interval: 10 }).toBe(1)
    const { text } = await get('/')
    const labels = [...text.matchAll(/<text class="label"[^>]*>([^<]*)</g)].map(([, label]) => label)
    expect(labels).toEqual([
      'query',
      'synctera.personById',
      'batch · 3 keys',
      'synctera GET /v0/persons',
      'GET /v0/persons · 503',
      'wait: retry',
      'GET /v0/persons · retry 1, 200',
      'synctera.personById',
      'synctera.personById',
    ])
    expect([...text.matchAll(/<rect class="(\w+)"/g)].map(([, kind]) => kind)).toContain('failed')
    // The same as a table, for readers that see no picture.
    const table = /<table><thead>.*?<\/table>/s.exec(text.slice(text.indexOf('<svg')))![0]
    expect(table.split('<tr>')).toHaveLength(labels.length + 2)
    expect(text).toMatch(/<svg role="img" aria-labelledby="(w[0-9a-f]{16})".*<title id="\1">/s)
    expect(text).not.toContain(`Of_${CROWD[0]!.lastName}`)
  })

  test('shows what runs, a token and a request of each persona, the people and the payees', async () => {
    const { text } = await get('/')
    for (const { url } of Object.values(ground.emulators)) expect(text).toContain(url)
    for (const { client, token } of personas) {
      expect(text).toContain(`<textarea id="token-${client}" rows="2" readonly spellcheck="false">${token}</textarea>`)
      expect(text).toContain(`Bearer ${token}&#39; -d`)
    }
    for (const { customerId, situation } of NAMED_PEOPLE)
      for (const value of [customerId, situation.replaceAll("'", '&#39;')]) expect(text).toContain(value)
    for (const { id } of MAGIC_ACCOUNTS) expect(text).toContain(`>${id}</a>`)
  })

  test('loads files of this server alone, under a policy that allows no others', async () => {
    const { csp, text } = await get('/')
    expect(csp).toContain("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;")
    expect(loadedBy(text)).toEqual([
      'data:,',
      '/start-page/style.css',
      '/start-page/copy.js',
      '/start-page/payee-check.js',
    ])
    expect((await get('/start-page/style.css')).text).not.toMatch(/url\(|@import/)
    expect(text).not.toMatch(/ style=| on\w+=/)
  })

  test('leads to addresses that exist', async () => {
    const { text } = await get('/')
    const paths = [...text.matchAll(/<a [^>]*href="(\/[^"#]*)/g)].map(([, path]) => path!)
    for (const path of new Set(paths)) expect([path, (await get(path)).status]).toEqual([path, 200])
    expect(paths).toContain('/schema.graphql')
  })

  test('is a list of addresses for a client that asks for no page', async () => {
    for (const accept of ['*/*', 'application/json']) {
      const { status, type, text } = await get('/', accept)
      expect({ status, type }).toEqual({ status: 200, type: 'application/json; charset=utf-8' })
      expect(JSON.parse(text)).toMatchObject({ name: 'kyc-graph', graphql: 'http://dev.test/graphql' })
    }
  })
})

describe('the explorer', () => {
  test('loads files of this server alone, under a policy that allows no other script', async () => {
    const { status, csp, text } = await get('/graphql')
    expect(status).toBe(200)
    expect(csp).toContain("script-src 'self'; worker-src 'self'; connect-src 'self';")
    expect(csp.match(/script-src[^;]*/)![0]).not.toContain('unsafe')
    expect(csp).not.toMatch(/\*|https?:/)
    expect(loadedBy(text)).toEqual(['data:,', '/explorer/explorer.css', '/explorer/explorer.js'])
    expect(text).not.toMatch(/<script>|https?:/)
  })

  test.each(EXPLORER_FILES)('%s is served, and loads nothing from elsewhere', async (file) => {
    const { status, type, text } = await get(`/explorer/${file}`)
    expect(status).toBe(200)
    expect(type).toBe(file.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8')
    const loads = file.endsWith('.css')
      ? /@import|url\(["']?(?!data:)/
      : /(?:import|importScripts|Worker|fetch)\(\s*["'`](?:https?:)?\/\/|\bfrom\s*["'](?:https?:)?\/\//
    expect(loads.exec(text)?.[0]).toBeUndefined()
  })

  test('has an example of every promised operation, which runs as each of its personas', async () => {
    const server = { url: app.url, token: personas[0]!.token, syncteraUrl: ground.emulators.synctera.url }
    examples = examplesOf(await createExampleRecords(server, await prepare(app.url, server.token)))
    const setup = JSON.parse((await get('/explorer/setup.json')).text) as ExplorerSetup
    const manifest = JSON.parse(readFileSync('schema/operations/manifest.json', 'utf8')) as {
      operations: readonly { name: string }[]
    }
    expect(setup.examples.map(({ name }) => name).sort()).toEqual(manifest.operations.map(({ name }) => name).sort())
    const failed: object[] = []
    for (const example of setup.examples)
      for (const client of example.personas) {
        const { data, errors = [] } = await run(example, personas.find((persona) => persona.client === client)!.token)
        const isEmpty = Object.values(data ?? {}).every((value) => value === null)
        if (errors.length > 0 || isEmpty) failed.push({ name: example.name, client, errors })
      }
    expect(failed).toEqual([])
  })

  test('gives no token away: the page asks the token endpoint for one', async () => {
    for (const path of ['/graphql', '/explorer/setup.json']) expect((await get(path)).text).not.toMatch(/eyJ[\w-]+\./)
  })
})

test('Apollo Sandbox has a page of its own, which may load Sandbox and nothing else, by a nonce of its own each time', async () => {
  const [first, second] = [await get('/sandbox'), await get('/sandbox')]
  const nonce = /script-src 'nonce-(\w+)'/.exec(first.csp)![1]!
  expect(first.text).toContain(`<script nonce="${nonce}"`)
  expect(second.csp).not.toContain(nonce)
  expect(first.csp).toContain("default-src 'none'")
  expect(first.csp).toContain("frame-ancestors 'none'")
  expect(first.csp).not.toMatch(/unsafe|\*/)
  // Everything the page names is something it may load.
  const origins = loadedBy(first.text)
    .filter((address) => address.startsWith('http'))
    .map((address) => new URL(address).origin)
  expect(origins).toHaveLength(1)
  expect(first.csp).toContain(origins[0])
  expect(first.text).toContain(ADA.customerId)
})

describe('production', () => {
  test.each([
    '/',
    '/sandbox',
    '/explorer/setup.json',
    '/schema.graphql',
    '/docs/README.md',
    '/start-page/style.css',
    '/oauth/token',
    ...EXPLORER_FILES.map((file) => `/explorer/${file}`),
  ])('has nothing at %s', async (path) => {
    expect(await get(path, undefined, production)).toMatchObject({
      status: 404,
      type: 'application/json; charset=utf-8',
    })
  })

  test('has no page at /graphql', async () => {
    const { status, type } = await get('/graphql', 'text/html', production)
    expect({ status, type }).toEqual({ status: 400, type: 'application/json; charset=utf-8' })
  })

  test('installs no package of the explorer', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { dev?: boolean }>
    }
    for (const name of [
      'graphiql',
      '@graphiql/react',
      '@graphiql/plugin-explorer',
      'monaco-editor',
      'react',
      'esbuild',
    ])
      expect([name, packages[`node_modules/${name}`]?.dev]).toEqual([name, true])
  })
})
