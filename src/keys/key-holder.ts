import type { DataKeys } from './data-keys.js'

/** Holds the data keys of the process, which may be replaced while it runs. */
export class KeyHolder {
  #keys: DataKeys
  readonly #listeners: ((keys: DataKeys) => void)[] = []

  constructor(keys: DataKeys) {
    this.#keys = keys
  }

  get current(): DataKeys {
    return this.#keys
  }

  /** Calls the listener with the keys after each replacement. */
  onChange(listener: (keys: DataKeys) => void): void {
    this.#listeners.push(listener)
  }

  replace(keys: DataKeys): void {
    this.#keys = keys
    for (const listener of this.#listeners) listener(keys)
  }
}
