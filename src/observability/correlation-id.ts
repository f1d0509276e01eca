import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIdentifier } from './correlation-id-form.js'
import { traceContextOf } from './trace-context.js'

/**
 * The correlation id of a request: the caller's, else the id of the caller's trace, else a new UUID. Which characters and
 * forms a caller's may have is said by `correlation-id-form.ts`.
 */
export function correlationIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-correlation-id']
  if (isIdentifier(given)) return given
  return traceContextOf(headers)?.traceId ?? randomUUID()
}
