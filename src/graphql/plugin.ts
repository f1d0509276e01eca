import type { GraphQLRequest } from '@apollo/server'
import type { DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode } from 'graphql'
import type { Context } from '../../resolvers/context.js'
import type { AuditRecord } from '../audit/operation-record.js'
import type { Stopwatch } from '../observability/self-time.js'

/** How far an operation has come, for whoever takes it over. */
export interface Passage {
  /** Who hears of it, once it has begun. */
  listeners?: readonly Listener[]
  /** What a plugin refused it with before it ran. */
  refusal?: unknown
  /** A result with errors, or what was thrown in place of one: for Apollo to word. */
  failed?: () => ExecutionResult
}

/** What a plugin knows of the operation: the resolvers' context, the id that answer and log share, and its record. */
export interface Served extends Context {
  readonly correlationId: string
  readonly audit: AuditRecord
  readonly stopwatch: Stopwatch
  readonly passage: Passage
}

/** What may be waited for. */
export type Soon<Answer> = Answer | Promise<Answer>

/** An operation on its way, as far as it is known when it arrives. */
export interface Begun {
  readonly request: GraphQLRequest
  readonly contextValue: Served
}

/** One whose document is valid. Apollo finds no operation in it where the request names another. */
export interface Resolved extends Begun {
  readonly source: string
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode | undefined
}

/** What a plugin hears of one operation: hooks by the names of Apollo Server's, in the order in which they come. */
export interface Listener {
  readonly didResolveSource?: (passing: Begun) => Soon<void>
  readonly didResolveOperation?: (passing: Resolved) => Soon<void>
  /** Its result without errors; null where there is none. */
  readonly resultOf?: (passing: Resolved) => Soon<ExecutionResult | null>
  readonly didEncounterErrors?: (passing: Begun & { readonly errors: readonly GraphQLError[] }) => Soon<void>
  readonly willSendResponse?: (passing: Begun & { readonly operation?: OperationDefinitionNode | undefined; readonly result: Sent }) => Soon<void>
}

/** An answer before it is written. */
export interface Sent {
  readonly errors?: readonly { readonly extensions?: object }[] | undefined
  readonly data?: unknown
  extensions?: Record<string, unknown> | undefined
}

/** A plugin of this server: one concern, one file. */
export interface Plugin {
  readonly requestDidStart: (begun: Begun) => Listener | undefined
  /** Something nobody foresaw has ended the operation. */
  readonly failed?: (contextValue: Served) => void
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
