import type { GraphQLRequest } from '@apollo/server'
import type { DocumentNode, ExecutionResult } from 'graphql'
import { ERROR_CODES } from '../../datasources/contract/error-codes.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { errorOrigin, type Log, loggedIds } from '../observability/log.js'
import { noteRecorded } from '../security-events/refusals.js'
import { formatError } from './format-error.js'
import { httpHeadOf, type HttpHead } from './http-head.js'
import { joinRefusedValues } from './refused-values.js'
import type { Answer, GraphQLResult, MaybePromise, OperationContext, Plugin, ResolvedOperation } from './plugin.js'

/** What is written for an operation. */
export interface GraphQLResponse {
  readonly status: number
  readonly headers: HttpHead['headers']
  readonly result: GraphQLResult
}

interface PipelineOptions {
  /** In the order in which each hook of theirs is called. */
  readonly plugins: readonly Plugin[]
  readonly execute: (operation: ResolvedOperation) => MaybePromise<ExecutionResult>
  readonly log: Log
}

/**
 * The steps of every operation: deadline → authenticate → document → cost and rate → execute → format → audit → write.
 * `context.ts` starts the deadline and authenticates; the document comes from the cache, or Apollo Server parses and
 * validates it; this class does the rest, whichever way the document came.
 */
export class Pipeline {
  readonly #options: PipelineOptions

  constructor(options: PipelineOptions) {
    this.#options = options
  }

  /** Called before the document is looked up; throws where a plugin refuses the request. */
  receive(request: GraphQLRequest, context: OperationContext): void {
    this.#admit(context, () => {
      for (const plugin of this.#options.plugins) plugin.requestReceived?.(request, context)
    })
  }

  /** Called for a request whose document is not known, before it is looked up; throws where a plugin or `check` refuses it. */
  admitUnknown(context: OperationContext, check: () => void): void {
    this.#admit(context, () => {
      for (const plugin of this.#options.plugins) plugin.documentUnknown?.(context)
      check()
    })
  }

  /** Called before a text is parsed and validated. */
  beginParsing(context: OperationContext, source: string): void {
    for (const plugin of this.#options.plugins) plugin.parsingBegins?.(context, source)
  }

  /** Runs a valid operation and words its answer; never rejects. */
  async run(operation: ResolvedOperation): Promise<GraphQLResponse> {
    let outcome: Outcome
    try {
      for (const plugin of this.#options.plugins) {
        const admitted = plugin.operationResolved?.(operation)
        if (admitted) await admitted
      }
      const executing = this.#options.execute(operation)
      const result = executing instanceof Promise ? await executing : executing
      outcome = executed(result, operation.document, operation.context.leftOut)
    } catch (error) {
      outcome = refused(error)
    }
    return this.#respond(operation, outcome)
  }

  /** Calls `willSendResponse` of every plugin, also after one of them has failed; the first failure is thrown. */
  finish(answer: Answer): void {
    const failures: unknown[] = []
    for (const plugin of this.#options.plugins) {
      try {
        plugin.willSendResponse?.(answer)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Runs steps that come before there is an operation; what they throw ends the request, and every plugin is told. */
  #admit(context: OperationContext, steps: () => void): void {
    try {
      steps()
    } catch (error) {
      const result: GraphQLResult = { errors: [formatError(error, context.correlationId)] }
      this.finish({ context, operation: undefined, document: undefined, result, errors: [error] })
      noteRecorded(error)
      throw error
    }
  }

  #respond(resolved: ResolvedOperation, { errors, data, status }: Outcome): GraphQLResponse {
    const { context, operation, document, variables } = resolved
    const { correlationId } = context
    const head = httpHeadOf(errors)
    const result: GraphQLResult = {
      errors: errors.length > 0 ? errors.map((error) => formatError(error, correlationId)) : undefined,
      data,
      extensions: undefined,
    }
    try {
      this.finish({ context, operation, document, variables, result, errors })
    } catch (error) {
      this.#options.log.error({ ...loggedIds(context), ...errorOrigin(error) }, 'unforeseen error')
      return { status: 500, headers: [], result: { errors: [formatError(error, correlationId)] } }
    }
    return { status: head.status ?? status, headers: head.headers, result }
  }
}

/** How an operation ended, before its errors are formatted. */
interface Outcome {
  readonly errors: readonly unknown[]
  readonly data: GraphQLResult['data']
  /** Unless an error says otherwise. */
  readonly status: number
}

/** A result without data is the refusal of the variables. `leftOut` are the errors of rows that were left out. */
const executed = (
  { errors = [], data }: ExecutionResult,
  document: DocumentNode,
  leftOut: readonly unknown[] = [],
): Outcome => ({
  errors:
    data === undefined ? joinRefusedValues(errors, document) : leftOut.length > 0 ? [...errors, ...leftOut] : errors,
  data,
  status: data === undefined ? 400 : 200,
})

/** The HTTP status of an error that ends a whole operation and names none: the documented one of its code. */
const statusOf = (error: unknown): number =>
  error instanceof ApiError ? (ERROR_CODES[error.code].httpStatuses.find((status) => status >= 400) ?? 500) : 500

/** What was thrown before there was a result. */
const refused = (error: unknown): Outcome => ({ errors: [error], data: undefined, status: statusOf(error) })
