import { type Log, errorOrigin } from '../observability/log.js'

/** Stops in good order when told to, and at once when signalled a second time. What comes back stops it without a signal. */
export function shutdownOnSignals(close: () => Promise<void>): () => void {
  let stopping = false
  function stop(): void {
    if (stopping) return
    stopping = true
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  let signalled = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signalled) process.exit(1)
      signalled = true
      stop()
    })
  }
  return stop
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
