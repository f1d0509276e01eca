import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import type { Store } from '../../datasources/contract/store.js'
import type { createAuthenticator } from '../access/authenticate.js'
import type { createGuard } from '../access/guard.js'
import { Operation } from '../access/operation.js'
import type { createRecorder } from '../audit/operation-record.js'
import type { Deadline, Deadlines } from '../lifecycle/deadline.js'
import { SelfTime } from '../observability/self-time.js'
import { withHttp } from './format-error.js'
import type { Explain, MaybePromise, OperationContext } from './plugin.js'

/** The parts of a server that every operation is given. */
export interface ContextOptions {
  readonly authenticate: ReturnType<typeof createAuthenticator>
  readonly deadlines: Deadlines
  readonly guard: ReturnType<typeof createGuard>
  readonly store: Store
  readonly record: ReturnType<typeof createRecorder>
  readonly explain?: Explain | undefined
}

/** What the context of an operation is made from. */
export interface ContextRequest {
  readonly headers: IncomingHttpHeaders
  readonly correlationId: string
  readonly response: ServerResponse
}

/** Refuses a caller without a valid token (RFC 6750, 3). */
function challenge(error: unknown): never {
  throw error instanceof ApiError ? withHttp(error, 401, [['www-authenticate', 'Bearer']]) : error
}

function openContext(
  { guard, store, record }: ContextOptions,
  { correlationId, headers }: ContextRequest,
  stopwatch: SelfTime,
  deadline: Deadline,
  caller: Caller,
): OperationContext {
  const audit = record(caller, correlationId)
  const operation = new Operation({ caller, correlationId, trace: stopwatch, deadline, store, audit })
  const bodyBytes = Number(headers['content-length'] ?? 0)
  return { caller, correlationId, audit, stopwatch, bodyBytes, startedAt: performance.now(), ...guard(operation) }
}

/** Starts the deadline, authenticates the caller and opens the operation's context; a promise only where the caller is not known yet. */
export function createContextFactory(
  options: ContextOptions,
): (request: ContextRequest) => MaybePromise<OperationContext> {
  const { authenticate, deadlines, explain } = options
  return (request) => {
    const { headers, response } = request
    const stopwatch = explain?.begin(headers) ?? new SelfTime()
    const deadline = deadlines.begin(headers, response)
    const open = (caller: Caller) => openContext(options, request, stopwatch, deadline, caller)
    const caller = authenticate(headers.authorization)
    return caller instanceof Promise ? caller.then(open, challenge) : open(caller)
  }
}
