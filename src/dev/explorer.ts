import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'
import type { FastifyInstance } from 'fastify'

const LANDING = 'https://apollo-server-landing-page.cdn.apollographql.com'
const SANDBOX = 'https://embeddable-sandbox.cdn.apollographql.com'

/** What the page needs and no more; its own scripts and styles carry the nonce. */
const policy = (nonce: string): string =>
  [
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'",
    `script-src 'nonce-${nonce}' ${SANDBOX}`,
    `style-src 'nonce-${nonce}' ${SANDBOX} https://fonts.googleapis.com`,
    'font-src https://fonts.gstatic.com',
    'frame-src https://sandbox.embed.apollographql.com',
    `img-src ${LANDING}; manifest-src ${LANDING}`,
  ].join('; ')

/** Sandbox is the only page there is: in place of the rule of everything else, it gets one under which it loads. */
export function allowSandbox(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (!String(reply.getHeader('content-type')).startsWith('text/html')) return
    const nonce = /'nonce-(\w+)'/.exec(String(payload))?.[1] ?? ''
    void reply.headers({
      'content-security-policy': policy(nonce),
      'cross-origin-opener-policy': 'same-origin-allow-popups',
    })
  })
}

/** What Sandbox shows when it opens. */
export interface Opening {
  readonly document: string
  readonly variables: Readonly<Record<string, string>>
  readonly token: string
}

/** Apollo Sandbox on the graph's own address, ready to press play: example operations, variables and a token. */
export function explorer(opening: () => Opening): ApolloServerPlugin {
  return {
    async serverWillStart(server) {
      // Made anew for every visit: what the operations ask for is known only once the server runs.
      const html = async (): Promise<string> => {
        const { document, variables, token } = opening()
        const plugin = ApolloServerPluginLandingPageLocalDefault({
          embed: { runTelemetry: false, initialState: { pollForSchemaUpdates: false } },
          document,
          variables,
          headers: { authorization: `Bearer ${token}` },
        })
        const listener = await plugin.serverWillStart?.(server)
        const page = await (
          listener as { renderLandingPage?: () => Promise<{ html: string | (() => Promise<string>) }> }
        ).renderLandingPage?.()
        return typeof page?.html === 'function' ? page.html() : (page?.html ?? '')
      }
      return { renderLandingPage: () => Promise.resolve({ html }) }
    },
  }
}
