import { readdirSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { type StartPage, startPage } from './page.js'

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const ROOT = new URL('../../../', import.meta.url)
const PAGES = readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => path.replaceAll('\\', '/'))

/** Files of the repository by their address; all are read as text. */
const FILES: readonly (readonly [address: string, file: string, type: string])[] = [
  ['/start-page/style.css', 'src/dev/start-page/style.css', 'text/css'],
  ['/start-page/copy.js', 'src/dev/start-page/copy.js', 'text/javascript'],
  ['/start-page/payee-check.js', 'src/dev/start-page/payee-check.js', 'text/javascript'],
  ['/schema.graphql', 'schema/api.graphql', 'text/plain'],
  ...PAGES.map((path) => [`/docs/${path}`, `docs/${path}`, 'text/plain'] as const),
]

/** What a client gets at `/` that asks for no page, such as curl. */
const directory = ({ running: { version, url } }: StartPage): object => ({
  name: 'kyc-graph',
  version,
  graphql: `${url}/graphql`,
  tokens: `${url}/oauth/token`,
  schema: `${url}/schema.graphql`,
  documentation: `${url}/docs/README.md`,
  ready: `${url}/ready`,
  metrics: `${url}/metrics`,
  page: `${url}/`,
})

/** The start page of development at `/`, the files that it loads, and those that it leads to. It loads nothing from elsewhere. */
export function registerStartPage(app: FastifyInstance, page: StartPage): void {
  app.get('/', ({ headers }, reply) => {
    if (!/\btext\/html\b/.test(headers.accept ?? ''))
      return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(directory(page), null, 2)}\n`)
    return reply
      .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY })
      .send(startPage(page))
  })
  for (const [address, file, type] of FILES)
    app.get(address, (_request, reply) =>
      reply.type(`${type}; charset=utf-8`).send(readFileSync(new URL(file, ROOT), 'utf8')),
    )
}
