type Carrier<Value> = Record<symbol, Value | undefined>

/**
 * A value that objects such as requests carry. V8 keeps each value of a `WeakMap` through a collection of the young
 * generation, whether or not its key is in use; where the value leads back to the key, both stay until the next full one.
 */
export class Attachment<Target extends object, Value> {
  readonly #key = Symbol('attachment')

  get(target: Target): Value | undefined {
    return (target as Carrier<Value>)[this.#key]
  }

  set(target: Target, value: Value): void {
    ;(target as Carrier<Value>)[this.#key] = value
  }
}
