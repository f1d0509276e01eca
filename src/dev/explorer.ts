import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'
import type { FastifyInstance } from 'fastify'

const LANDING = 'https://apollo-server-landing-page.cdn.apollographql.com'
const SANDBOX = 'https://embeddable-sandbox.cdn.apollographql.com'

/** Content security policy of the Sandbox page; its inline scripts and styles carry the nonce. */
const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'",
    `script-src 'nonce-${nonce}' ${SANDBOX}`,
    `style-src 'nonce-${nonce}' ${SANDBOX} https://fonts.googleapis.com`,
    'font-src https://fonts.gstatic.com',
    'frame-src https://sandbox.embed.apollographql.com',
    `img-src ${LANDING}; manifest-src ${LANDING}`,
  ].join('; ')

/** Replaces the security headers of the page at `/graphql` by those under which Sandbox loads. */
export function allowSandbox(app: FastifyInstance): void {
  app.addHook('onSend', async ({ url }, reply, payload) => {
    if (!url.startsWith('/graphql') || !String(reply.getHeader('content-type')).startsWith('text/html')) return
    const nonce = /'nonce-(\w+)'/.exec(String(payload))?.[1] ?? ''
    void reply.headers({
      'content-security-policy': contentSecurityPolicy(nonce),
      'cross-origin-opener-policy': 'same-origin-allow-popups',
    })
  })
}

/** The initial state of Sandbox. */
export interface SandboxState {
  readonly document: string
  readonly variables: Readonly<Record<string, string>>
  readonly token: string
}

/** Landing page: Apollo Sandbox with example operations, variables and a token. */
export function explorer(initialState: () => SandboxState): ApolloServerPlugin {
  return {
    async serverWillStart(server) {
      // Rendered for each request: the variables are known only when the server runs.
      const html = async (): Promise<string> => {
        const { document, variables, token } = initialState()
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
