import type { ApolloServerPlugin } from '@apollo/server'
import type { Context } from '../../resolvers/context.js'

/** What a plugin knows of the operation: the resolvers' context and the id that answer and log share. */
export interface Served extends Context {
  readonly correlationId: string
}

/** A plugin of this server: one concern, one file. */
export type Plugin = ApolloServerPlugin<Served>
