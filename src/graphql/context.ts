import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { createGuard } from '../access/guard.js'
import { BEARER } from '../access/refusals.js'
import { Operation } from '../access/operation.js'
import type { createRecorder } from '../audit/operation-record.js'
import type { createConsents } from '../consent/operation-consent.js'
import type { Deadlines } from '../lifecycle/deadline.js'
import type { SecurityEvents } from '../security-events/security-events.js'
import { SelfTime } from '../observability/self-time.js'
import { traceContextOf } from '../observability/trace-context.js'
import type { BeginTrace } from '../observability/tracing/contract.js'
import type { Tenants } from '../tenants/tenants.js'
import type { Exchange } from './exchange.js'
import { withHttp } from './http-head.js'
import type { OperationContext, OperationObserver } from './plugin.js'

/** The parts of a server that every operation is given. */
interface ContextOptions {
  readonly deadlines: Deadlines
  readonly guard: ReturnType<typeof createGuard>
  readonly tenants: Pick<Tenants, 'of'>
  readonly record: ReturnType<typeof createRecorder>
  readonly consents: ReturnType<typeof createConsents>
  readonly events: SecurityEvents
  /** Begins the trace of an operation; absent where nothing is traced. */
  readonly beginTrace?: BeginTrace | undefined
  /** Told the stopwatch of the operation that is answered by a response. */
  readonly measure?: ((response: Exchange, stopwatch: SelfTime) => void) | undefined
}

/** What the context of an operation is made from. */
export interface ContextRequest {
  readonly headers: IncomingHttpHeaders
  readonly correlationId: string
  /** The client's interaction id (FAPI), else one that was made. */
  readonly interactionId: string
  readonly response: Exchange
  /** Undefined where the request was let in without a token. */
  readonly caller: Caller | undefined
  /** When the operation must have ended, by `performance.now()`. */
  readonly deadlineAt: number
  /** The bytes that were sent for the operation, where these are not the body of an HTTP request. */
  readonly bodyBytes?: number | undefined
  /** The stream that the operation is executed for. */
  readonly observer?: OperationObserver | undefined
}

/** Opens the context of an operation of a known caller, and starts its deadline. */
export function createContextFactory({
  deadlines,
  guard,
  tenants,
  record,
  consents,
  events,
  beginTrace,
  measure,
}: ContextOptions): (request: ContextRequest) => OperationContext {
  return ({ headers, correlationId, interactionId, response, caller: known, deadlineAt, bodyBytes, observer }) => {
    // A page runs no operation.
    if (known === undefined) throw withHttp(new ApiError('UNAUTHENTICATED'), 401, [['www-authenticate', BEARER]])
    const tenant = tenants.of(known)
    const caller = tenant.narrow(known)
    tenant.serve(response)
    const stopwatch = beginTrace ? beginTrace(headers, correlationId) : new SelfTime(traceContextOf(headers))
    measure?.(response, stopwatch)
    const deadline = deadlines.begin(deadlineAt, response)
    const consent = consents(caller, headers)
    const audit = record(caller, { correlationId, interactionId }, consent)
    const operation = new Operation({
      caller,
      correlationId,
      interactionId,
      trace: stopwatch,
      deadline,
      tenant,
      audit,
      consent,
      events,
      request: response.req,
    })
    const { beginField } = deadline
    const startedAt = performance.now()
    return {
      caller,
      correlationId,
      interactionId,
      traceId: stopwatch.context?.traceId,
      audit,
      consent,
      request: response.req,
      observer,
      stopwatch,
      bodyBytes: bodyBytes ?? Number(headers['content-length'] ?? 0),
      beginField,
      startedAt,
      ...guard(operation),
    }
  }
}
