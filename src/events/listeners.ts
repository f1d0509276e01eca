import type { EventListener, StateEvent, Watched } from './event-log.js'
import { objectKey, objectOf } from './watched.js'

/** The listeners of a process, by object. */
export class Listeners {
  readonly #byObject = new Map<string, Set<EventListener>>()
  readonly #ofAll = new Set<EventListener>()
  readonly #onFault: (error: unknown) => void

  /** `onFault` is told what a listener throws. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  add(object: Watched, listener: EventListener): () => void {
    const key = objectKey(object)
    const listeners = this.#byObject.get(key) ?? new Set()
    this.#byObject.set(key, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#byObject.get(key) === listeners) this.#byObject.delete(key)
    }
  }

  addToAll(listener: EventListener): () => void {
    this.#ofAll.add(listener)
    return () => void this.#ofAll.delete(listener)
  }

  /** True while an object has a listener. */
  get areAny(): boolean {
    return this.#byObject.size > 0
  }

  has(object: Watched): boolean {
    return this.areAny && this.#byObject.has(objectKey(object))
  }

  tell(event: StateEvent): void {
    const ofObject = this.#byObject.get(objectKey(objectOf(event))) ?? []
    for (const listener of [...this.#ofAll, ...ofObject])
      try {
        listener(event)
      } catch (error) {
        this.#onFault(error)
      }
  }
}
