import { type Log, errorOrigin } from '../observability/log.js'

/** Graceful shutdown: the first SIGTERM or SIGINT calls `close` and ends the process after it; a second one ends it at once. */
export function shutdownOnSignals(close: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      close().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

/**
 * Exits on an uncaught error, which leaves the process in an unknown state, and logs its origin. Node's own report may
 * contain a value.
 */
export function exitOnCrash(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ event, ...errorOrigin(error) }, 'an error was not caught; the process ends')
      process.exit(1)
    })
  }
}
