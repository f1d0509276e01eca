import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'

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
        const page = await (listener as { renderLandingPage?: () => Promise<{ html: string | (() => Promise<string>) }> }).renderLandingPage?.()
        return typeof page?.html === 'function' ? page.html() : (page?.html ?? '')
      }
      return { renderLandingPage: () => Promise.resolve({ html }) }
    },
  }
}
