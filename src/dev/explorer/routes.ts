import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { EXPLORER_FILES, explorerFolder } from './bundle.js'
import { PAGE_POLICY } from './page.js'
import { registerSandbox } from './sandbox.js'
import type { ExplorerSetup } from './setup.js'

const contentTypeOf = (file: string): string => (file.endsWith('.css') ? 'text/css' : 'text/javascript')

/** Replaces the policy of the page at `/graphql` by that under which the explorer loads. */
function allowExplorer(app: FastifyInstance): void {
  app.addHook('onSend', async ({ url }, reply) => {
    if (url.startsWith('/graphql') && String(reply.getHeader('content-type')).startsWith('text/html'))
      void reply.header('content-security-policy', PAGE_POLICY)
  })
}

/** The files of the explorer at `/explorer/`, what it begins with, and Apollo Sandbox beside it. */
export function registerExplorer(app: FastifyInstance, setup: () => ExplorerSetup, token: string): void {
  allowExplorer(app)
  for (const file of EXPLORER_FILES)
    app.get(`/explorer/${file}`, async (_request, reply) =>
      reply
        .header('content-type', `${contentTypeOf(file)}; charset=utf-8`)
        .send(createReadStream(join(await explorerFolder(), file))),
    )
  app.get('/explorer/setup.json', () => setup())
  registerSandbox(app, () => {
    const { examples } = setup()
    return {
      document: examples.map(({ document }) => document).join('\n\n'),
      variables: examples[0]?.variables ?? {},
      headers: { authorization: `Bearer ${token}` },
    }
  })
}
