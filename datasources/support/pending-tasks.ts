/**
 * Counts running tasks, so that what is closed can wait for them: `settled` of `src/graphql/graph.ts` lists those that a
 * shutdown waits for, and a provider waits for its own in `close`.
 */
export class PendingTasks {
  #count = 0
  #waiters: (() => void)[] = []

  /** Counts a task until it settles. */
  add(task: Promise<unknown>): void {
    this.#count += 1
    task.then(this.#end, this.#end)
  }

  /** Resolves when no task runs. */
  async settled(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  readonly #end = (): void => {
    this.#count -= 1
    if (this.#count > 0) return
    for (const resolve of this.#waiters.splice(0)) resolve()
  }
}
