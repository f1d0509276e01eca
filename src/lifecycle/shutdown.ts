import { type Log, errorOrigin } from '../observability/log.js'

/** Shuts down gracefully on SIGTERM or SIGINT, and at once on a second signal. The result shuts down without a signal. */
export function shutdownOnSignals(close: () => Promise<void>): () => void {
  let isStopping = false
  function stop(): void {
    if (isStopping) return
    isStopping = true
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  let isSignalled = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isSignalled) process.exit(1)
      isSignalled = true
      stop()
    })
  }
  return stop
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
