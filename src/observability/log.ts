import { type Logger, pino } from 'pino'

export type Log = Logger

/**
 * The process's log: JSON lines. What may be personal is not redacted here but never handed over: a line says which
 * route, code, duration and correlation id, and no value that came from a caller or a provider.
 */
export function createLog(level: string, destination?: { write: (line: string) => void }): Log {
  const options = { level, base: null }
  return destination ? pino(options, destination) : pino(options)
}

/** An unforeseen error as far as it may be logged: its kind and where it was thrown. Its message may repeat a value. */
export function errorOrigin(error: unknown): { kind: string; at: string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, at: [] }
  // A line of the message may look like a frame.
  const frames =
    error.stack
      ?.replace(error.message, () => '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line)) ?? []
  return { kind: error.name, at: frames.slice(0, 8).map((line) => line.trim()) }
}
