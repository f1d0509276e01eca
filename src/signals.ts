/** Stops in good order when told to, and at once when told a second time. */
export function stopOnSignals(close: () => Promise<void>): void {
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
