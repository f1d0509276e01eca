import { type Log, errorOrigin } from '../observability/log.js'

/** Signals within this time are one: a process group and a wrapper such as `npm` each pass a signal on. */
const SAME_SIGNAL_MS = 2_000

/**
 * Graceful shutdown: SIGTERM or SIGINT calls `stop` and ends the process after it. Further signals within two seconds
 * belong to the first; a later one ends the process at once.
 */
export function shutdownOnSignals(stop: () => Promise<void>): void {
  let signalledAt: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signalledAt !== undefined) {
        if (performance.now() - signalledAt > SAME_SIGNAL_MS) process.exit(1)
        return
      }
      signalledAt = performance.now()
      stop().then(
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
