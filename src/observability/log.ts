import { type Logger, pino } from 'pino'

export type Log = Logger

/**
 * Structured log: one JSON line for each entry. Nothing is redacted here, because callers pass no personal data: a line
 * holds a route, code, duration and correlation id, and no value of a caller or a provider.
 */
export function createLog(level: string, destination?: { write: (line: string) => void }): Log {
  const options = { level, base: null }
  return destination ? pino(options, destination) : pino(options)
}

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

/** The ids of a request for a line of the log; the interaction id where it is another one than the correlation id. */
export const loggedIds = ({
  correlationId,
  interactionId,
}: {
  readonly correlationId: string
  readonly interactionId: string
}): { readonly correlationId: string; readonly interactionId: string | undefined } => ({
  correlationId,
  interactionId: interactionId === correlationId ? undefined : interactionId,
})
