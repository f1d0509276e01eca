import { type Logger, type LoggerOptions, pino } from 'pino'
import type { CallAttempt } from '../../datasources/http/call.js'
import { ecsFields } from './ecs-names.js'

export type Log = Logger

/** Where lines are written; by default stdout. */
export interface LogDestination {
  readonly write: (line: string) => void
}

/** The version of the Elastic Common Schema that names the fields. */
const ECS_VERSION = '8.11.0'

const optionsOf = (level: string): LoggerOptions => ({
  level,
  base: { 'ecs.version': ECS_VERSION, 'service.name': 'kyc-graph' },
  messageKey: 'message',
  timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ 'log.level': label }), log: ecsFields },
})

/**
 * Structured log: one JSON line for each entry, with the field names of ECS. Nothing is redacted here, because callers
 * pass no personal data: a line holds a route, code, duration and correlation id, and no value of a caller or a provider.
 */
export const createLog = (level: string, destination?: LogDestination): Log =>
  destination ? pino(optionsOf(level), destination) : pino(optionsOf(level))

/** The members of the line of an attempt of a provider call. */
export const callMembers = (
  { provider, method, route, try: attempt, status, code, seconds, detail, ...ids }: CallAttempt,
  tenant: string | undefined,
): object => ({
  action: 'provider-call',
  outcome: code === undefined ? 'success' : 'failure',
  tenant,
  provider,
  method,
  route,
  attempt,
  status,
  code,
  nanoseconds: Math.round(seconds * 1e9),
  ...ids,
  detail,
})

/** The loggable part of an unexpected error: its name and stack frames. Its message is left out: it may repeat a value. */
export function errorOrigin(error: unknown): { kind: string; at: string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, at: [] }
  // The message is removed first, because one of its lines may look like a frame.
  const frames =
    error.stack
      ?.replace(error.message, () => '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line)) ?? []
  return { kind: error.name, at: frames.slice(0, 8).map((line) => line.trim()) }
}

/** The ids of a request. */
interface Ids {
  readonly correlationId: string
  readonly interactionId: string
  readonly traceId?: string | undefined
}

/** The ids of a request for a line of the log; the interaction id where it is another one than the correlation id. */
export const loggedIds = ({ correlationId, interactionId, traceId }: Ids) => ({
  correlationId,
  traceId,
  interactionId: interactionId === correlationId ? undefined : interactionId,
})
