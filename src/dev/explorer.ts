import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'

/** Apollo Sandbox on the graph's own address, ready to press play: example operations, variables and a token. */
export const explorer = (options: { document: string; variables: Record<string, string>; token: string }): ApolloServerPlugin =>
  ApolloServerPluginLandingPageLocalDefault({
    embed: { runTelemetry: false, initialState: { pollForSchemaUpdates: false } },
    document: options.document,
    variables: options.variables,
    headers: { authorization: `Bearer ${options.token}` },
  })
