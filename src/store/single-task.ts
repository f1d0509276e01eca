/** A task that runs once at a time: a call during a run waits for the same run. */
export function createSingleTask<T>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= task().finally(() => (running = undefined))
    return running
  }
}
