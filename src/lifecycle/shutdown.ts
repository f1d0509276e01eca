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
 * An error that nobody caught leaves the process in a state that nobody knows, so it ends, and says where it came from.
 * What Node would print of it may hold a value.
 */
export function exitOnCrash(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ event, ...errorOrigin(error) }, 'an error was not caught; the process ends')
      process.exit(1)
    })
  }
}
