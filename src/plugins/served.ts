import type { ApolloServerPlugin } from '@apollo/server'
import type { Context } from '../../resolvers/context.js'
import type { AuditRecord } from '../audit/record.js'
import type { Stopwatch } from '../stopwatch.js'

/** What a plugin knows of the operation: the resolvers' context, the id that answer and log share, and its record. */
export interface Served extends Context {
  readonly correlationId: string
  readonly audit: AuditRecord
  readonly stopwatch: Stopwatch
}

/** A plugin of this server: one concern, one file. */
export type Plugin = ApolloServerPlugin<Served>

/** Tells callers how their operation's time was spent. */
export interface Explain {
  /** The stopwatch of an operation that is to be explained; undefined for any other. */
  readonly begin: (headers: Readonly<Record<string, unknown>>) => Stopwatch | undefined
  /** What is handed to the resolvers, taken down where the operation is to be explained. */
  readonly watch: (stopwatch: Stopwatch, handed: Pick<Context, 'loaders' | 'commands'>) => Pick<Context, 'loaders' | 'commands'>
  readonly plugin: Plugin
}
