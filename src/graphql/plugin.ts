import type { IncomingMessage } from 'node:http'
import type { GraphQLRequest } from '@apollo/server'
import type { DocumentNode, GraphQLError, GraphQLFormattedError, OperationDefinitionNode } from 'graphql'
import type { Observer, RequestContext } from '../../resolvers/context.js'
import type { OperationRecord } from '../audit/operation-record.js'
import type { OperationConsent } from '../consent/operation-consent.js'
import type { Deadline } from '../lifecycle/deadline.js'
import type { RateLimitStatus } from '../limits/rate-limit.js'
import type { SelfTime } from '../observability/self-time.js'
import type { ResponseNotes } from './response-notes.js'

/** What an operation tells the stream that it is executed for. */
export interface OperationObserver extends Observer {
  /** True where the operation only reads an object whose poll is due: it costs its caller no points. */
  readonly isPoll: boolean
  /** Tells the operation once its document is valid. */
  readonly resolved: (operation: ResolvedOperation) => void
}

/** The state of one operation: the resolvers' context, and what the steps of the pipeline keep for each other. */
export interface OperationContext extends RequestContext {
  /** The id that the answer and the log lines of an operation share. */
  readonly correlationId: string
  /** The interaction id of FAPI: the client's, else one that was made. */
  readonly interactionId: string
  /** The W3C trace id: that of the caller or of this operation's span; undefined where there is neither. */
  readonly traceId: string | undefined
  readonly audit: OperationRecord
  readonly request: IncomingMessage
  readonly observer?: OperationObserver | undefined
  readonly consent: OperationConsent
  readonly stopwatch: SelfTime
  /** Begins a root field of a mutation, of which so many others wait. */
  readonly beginField: Deadline['beginField']
  /** The length of the request's body; 0 where the request does not say it. */
  readonly bodyBytes: number
  /** When the caller was authenticated, by `performance.now()`. */
  readonly startedAt: number
  /** Set by the safelist: the request names no operation of the list. */
  isUnlisted?: boolean
  /** The errors of rows that were left out of their lists. */
  leftOut?: GraphQLError[]
  /** Set by the first value that may be masked or cut. */
  notes?: ResponseNotes
  /** Set by the rate limit: what the operation costs and what the client has left. */
  cost?: RateLimitStatus
  /** Set by the rate limit: the document was paid for. */
  hasPaid?: boolean
}

/** A value or a promise of it: synchronous steps return no promise, because each `await` costs a microtask. */
export type MaybePromise<Value> = Value | Promise<Value>

/** An operation of a valid document. */
export interface ResolvedOperation {
  readonly context: OperationContext
  readonly source: string
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

/** A result as it is sent, with formatted errors. */
export interface GraphQLResult {
  readonly errors?: readonly GraphQLFormattedError[] | undefined
  readonly data?: Record<string, unknown> | null | undefined
  extensions?: Record<string, unknown> | undefined
}

/** An answer that is about to be sent. */
export interface Answer {
  readonly context: OperationContext
  /** Undefined where the request named no operation of a valid document. */
  readonly operation: OperationDefinitionNode | undefined
  /** The document of the operation. */
  readonly document: DocumentNode | undefined
  /** The variables of the operation, as they were sent. */
  readonly variables?: ResolvedOperation['variables']
  readonly result: GraphQLResult
  /** The errors as they were thrown, in the order of `result.errors`. */
  readonly errors: readonly unknown[]
}

/** A plugin of the pipeline: one concern, one file. */
export interface Plugin {
  /** Called before the document is looked up; may replace what is requested, or throw to refuse it. It may be called twice for one request. */
  readonly requestReceived?: (request: GraphQLRequest, context: OperationContext) => void
  /** Called for a request whose document is not known, before it is looked up; throws to refuse the request. */
  readonly documentUnknown?: (context: OperationContext) => void
  /** Called before a text is parsed and validated; must not throw. */
  readonly parsingBegins?: (context: OperationContext, source: string) => void
  /** Called once the document is valid and before it is executed; throws to refuse the operation. */
  readonly operationResolved?: (operation: ResolvedOperation) => MaybePromise<void>
  /** Called with every answer before it is written. */
  readonly willSendResponse?: (answer: Answer) => void
}
