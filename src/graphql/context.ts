import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller, OperationScope } from '../../datasources/contract/provider.js'
import type { createAuthenticator } from '../access/authenticate.js'
import { guard, type OpenProviders } from '../access/guard.js'
import type { createMaskers } from '../access/mask.js'
import { ownRecordsOf } from '../access/ownership.js'
import type { createRecorder } from '../audit/operation-record.js'
import type { Idempotency } from '../idempotency/index.js'
import type { Deadline, Deadlines } from '../lifecycle/deadline.js'
import { SelfTime } from '../observability/self-time.js'
import { withHttp } from './format-error.js'
import type { Explain, MaybePromise, OperationContext } from './plugin.js'

/** The parts of a server that every operation is given. */
export interface ContextOptions {
  readonly authenticate: ReturnType<typeof createAuthenticator>
  readonly deadlines: Deadlines
  readonly rooms: OpenProviders
  readonly writes: Idempotency
  readonly masker: ReturnType<typeof createMaskers>
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
  { rooms, writes, masker, record, explain }: ContextOptions,
  correlationId: string,
  stopwatch: SelfTime,
  { signal, deadline, markSent, isWriting, raceWrite }: Deadline,
  caller: Caller,
): OperationContext {
  const visit: OperationScope = { caller, correlationId, trace: stopwatch, signal, deadline, markSent, isWriting }
  const audit = record(caller, correlationId)
  const handed = guard({ visit, rooms, writes, masker, audit, own: ownRecordsOf, answerOf: raceWrite })
  const { loaders, commands } = explain?.watch(stopwatch, handed) ?? handed
  return { caller, correlationId, audit, stopwatch, startedAt: performance.now(), loaders, commands }
}

/** Starts the deadline, authenticates the caller and opens the operation's context; a promise only where the caller is not known yet. */
export function createContextFactory(
  options: ContextOptions,
): (request: ContextRequest) => MaybePromise<OperationContext> {
  const { authenticate, deadlines, explain } = options
  return ({ headers, correlationId, response }) => {
    const stopwatch = explain?.begin(headers) ?? new SelfTime()
    const deadline = deadlines.begin(headers, response)
    const open = (caller: Caller) => openContext(options, correlationId, stopwatch, deadline, caller)
    const caller = authenticate(headers.authorization)
    return caller instanceof Promise ? caller.then(open, challenge) : open(caller)
  }
}
