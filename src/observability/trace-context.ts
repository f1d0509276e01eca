import type { IncomingHttpHeaders } from 'node:http'
import type { TraceContext } from '../../datasources/contract/trace.js'
import { isTraceMember } from './correlation-id-form.js'

/** Version 00 of `traceparent`, and what later versions begin with (W3C Trace Context, 3.2). */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const MAX_STATE_LENGTH = 512
const MAX_MEMBERS = 32

function isMember(member: string): boolean {
  const at = member.indexOf('=')
  return at > 0 && isTraceMember(member.slice(0, at), member.slice(at + 1))
}

/** The `tracestate` of a caller. It is exported and passed on, so all of it is dropped where a value may be a person's. */
function stateOf(given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > MAX_STATE_LENGTH) return undefined
  const members = given
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean)
  return members.length > 0 && members.length <= MAX_MEMBERS && members.every(isMember) ? members.join(',') : undefined
}

/** The trace of a caller, by the headers `traceparent` and `tracestate` in the form of W3C Trace Context; undefined for any other form. */
export function traceContextOf({ traceparent, tracestate }: IncomingHttpHeaders): TraceContext | undefined {
  if (traceparent === undefined) return undefined
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(String(traceparent)) ?? []
  if (version === undefined || (version === '00' && more !== undefined)) return undefined
  // Of later versions only this flag is known.
  const traceFlags = parseInt(flags!, 16) & 1
  return { traceId: traceId!, spanId: spanId!, traceFlags, state: stateOf(tracestate) }
}
