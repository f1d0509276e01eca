import type { ApolloServerPlugin } from '@apollo/server'
import type { Context } from '../../resolvers/context.js'
import type { AuditRecord } from '../audit/record.js'

/** What a plugin knows of the operation: the resolvers' context, the id that answer and log share, and its record. */
export interface Served extends Context {
  readonly correlationId: string
  readonly audit: AuditRecord
}

/** A plugin of this server: one concern, one file. */
export type Plugin = ApolloServerPlugin<Served>
