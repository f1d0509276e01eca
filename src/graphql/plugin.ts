import type { GraphQLRequest } from '@apollo/server'
import type { DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode } from 'graphql'
import type { RequestContext } from '../../resolvers/context.js'
import type { OperationRecord } from '../audit/operation-record.js'
import type { SelfTime } from '../observability/self-time.js'

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
export interface OperationContext extends RequestContext {
  readonly correlationId: string
  readonly audit: OperationRecord
  readonly stopwatch: SelfTime
  readonly passage: Passage
}

/** What may be waited for. */
export type MaybePromise<Answer> = Answer | Promise<Answer>

/** An operation on its way, as far as it is known when it arrives. */
export interface RequestStarted {
  readonly request: GraphQLRequest
  readonly contextValue: OperationContext
}

/** One whose document is valid. Apollo finds no operation in it where the request names another. */
export interface OperationResolved extends RequestStarted {
  readonly source: string
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode | undefined
}

/** What a plugin hears of one operation: hooks by the names of Apollo Server's, in the order in which they come. */
export interface Listener {
  readonly didResolveSource?: (passing: RequestStarted) => MaybePromise<void>
  readonly didResolveOperation?: (passing: OperationResolved) => MaybePromise<void>
  /** Its result without errors; null where there is none. */
  readonly resultOf?: (passing: OperationResolved) => MaybePromise<ExecutionResult | null>
  readonly didEncounterErrors?: (
    passing: RequestStarted & { readonly errors: readonly GraphQLError[] },
  ) => MaybePromise<void>
  readonly willSendResponse?: (
    passing: RequestStarted & {
      readonly operation?: OperationDefinitionNode | undefined
      readonly result: GraphQLResult
    },
  ) => MaybePromise<void>
}

/** An answer before it is written. */
export interface GraphQLResult {
  readonly errors?: readonly { readonly extensions?: object }[] | undefined
  readonly data?: unknown
  extensions?: Record<string, unknown> | undefined
}

/** A plugin of this server: one concern, one file. */
export interface Plugin {
  readonly requestDidStart: (begun: RequestStarted) => Listener | undefined
  /** Something nobody foresaw has ended the operation. */
  readonly failed?: (contextValue: OperationContext) => void
  readonly serverWillStop?: () => Promise<void>
}

/** Tells callers how their operation's time was spent. */
export interface Explain {
  /** The stopwatch of an operation that is to be explained; undefined for any other. */
  readonly begin: (headers: Readonly<Record<string, unknown>>) => SelfTime | undefined
  readonly plugin: Plugin
}
