import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server'
import type { Context } from '../../resolvers/context.js'
import type { AuditRecord } from '../audit/record.js'
import type { Stopwatch } from '../stopwatch.js'

/** What a plugin knows of the operation: the resolvers' context, the id that answer and log share, and its record. */
export interface Served extends Context {
  readonly correlationId: string
  readonly audit: AuditRecord
  readonly stopwatch: Stopwatch
}

/** What an operation passes on its way: hooks of Apollo Server's, in the order in which they come. */
type Hook = 'didResolveSource' | 'didResolveOperation' | 'responseForOperation' | 'didEncounterErrors' | 'willSendResponse'

/** Apollo's hooks always answer promises; these do where there is something to wait for. */
type Soon<Of> = Of extends (context: infer Context) => Promise<infer Answer> ? (context: Context) => Answer | Promise<Answer> : never

/** What a plugin hears of one operation. */
export type Listener = { readonly [Name in Hook]?: Soon<NonNullable<GraphQLRequestListener<Served>[Name]>> }

/** A plugin of this server: one concern, one file. */
export interface Plugin extends Pick<ApolloServerPlugin<Served>, 'unexpectedErrorProcessingRequest'> {
  readonly requestDidStart: (context: GraphQLRequestContext<Served>) => Listener | undefined
  readonly serverWillStop?: () => Promise<void>
}

/** Tells callers how their operation's time was spent. */
export interface Explain {
  /** The stopwatch of an operation that is to be explained; undefined for any other. */
  readonly begin: (headers: Readonly<Record<string, unknown>>) => Stopwatch | undefined
  /** What is handed to the resolvers, taken down where the operation is to be explained. */
  readonly watch: (stopwatch: Stopwatch, handed: Pick<Context, 'loaders' | 'commands'>) => Pick<Context, 'loaders' | 'commands'>
  readonly plugin: Plugin
}
