import type { Log } from '../../observability/log.js'
import type { OperationLogSettings } from '../../observability/log-settings.js'
import type { OperationEnd } from '../../observability/operation-end.js'
import type { OperationNames } from '../operation-names.js'
import type { Answer, Plugin } from '../plugin.js'

/** A token without a tenant has its client in the tenant's place, which may be a person. */
const TENANT = 'tenant:'

function endOf({ context, operation, document, result }: Answer, names: OperationNames): OperationEnd {
  const { caller, cost, correlationId, traceId, stopwatch } = context
  // A document that is not valid is not printed for its hash: it may be built to cost time.
  const { hash, name } = (operation && document && names.of(document)) ?? {}
  return {
    type: operation?.operation,
    name,
    hash,
    codes: [...new Set(result.errors?.map(({ extensions }) => String(extensions?.['code'])))],
    cost: cost?.requested,
    providerCalls: stopwatch.calls,
    ownMs: stopwatch.ownMs ?? stopwatch.read().own,
    correlationId,
    traceId,
    tenant: caller.tenant.startsWith(TENANT) ? caller.tenant.slice(TENANT.length) : undefined,
    client: caller.namedClient,
  }
}

/** The members of the line of an operation. */
function membersOf({ type, name, hash, cost, providerCalls, ownMs, ...end }: OperationEnd, ms: number): object {
  const isFailed = end.codes.length > 0
  return {
    action: 'operation',
    outcome: isFailed ? 'failure' : 'success',
    nanoseconds: Math.round(ms * 1e6),
    ...end,
    codes: isFailed ? end.codes : undefined,
    operation: { type, name, hash, cost, providerCalls, ownMs: Math.round(ownMs * 100) / 100 },
  }
}

/** Ends the span of each operation, and logs those that were slow or failed; with `LOG_OPERATIONS=all` every one. */
export const operationEndPlugin = (log: Log, names: OperationNames, { all, slowMs }: OperationLogSettings): Plugin => ({
  willSendResponse(answer) {
    const { context, result } = answer
    const { stopwatch } = context
    const ms = performance.now() - context.startedAt
    const isNotable = result.errors !== undefined || ms >= slowMs
    const isLogged = isNotable || all
    if (!isLogged && stopwatch.finish === undefined) return
    const end = endOf(answer, names)
    stopwatch.finish?.(end)
    if (isLogged) log[isNotable ? 'warn' : 'info'](membersOf(end, ms), 'operation')
  },
})
