/** Tasks of one turn: they take about a millisecond. */
const MAX_IN_TURN = 8

/**
 * Runs tasks, a few in each turn of the event loop: what many connections need at the same moment, such as to be cut
 * because their time is over, holds up no other request.
 */
export class TurnQueue {
  readonly #tasks: (() => void)[] = []

  add(task: () => void): void {
    if (this.#tasks.push(task) === 1) setImmediate(this.#run)
  }

  readonly #run = (): void => {
    const tasks = this.#tasks.splice(0, MAX_IN_TURN)
    if (this.#tasks.length > 0) setImmediate(this.#run)
    for (const task of tasks) task()
  }
}
