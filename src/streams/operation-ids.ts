/**
 * Names each operation of one connection anew. A client may use the id of an operation again once it has completed it;
 * `graphql-ws`, which knows operations by their ids alone, would take the end of the first for that of the second, and
 * send the result of the first under the id of the second.
 */
export class OperationIds {
  readonly #names = new Map<string, string>()
  readonly #ids = new Map<string, string>()
  #count = 0

  /** Names the operation that a client begins by this id; undefined where the id is in use. */
  begin(id: string): string | undefined {
    if (this.#names.has(id)) return undefined
    const name = String((this.#count += 1))
    this.#names.set(id, name)
    this.#ids.set(name, id)
    return name
  }

  /** The name of the operation that has this id now. */
  nameOf(id: string): string | undefined {
    return this.#names.get(id)
  }

  /** True until the operation was ended. */
  has(name: string): boolean {
    return this.#ids.has(name)
  }

  /** The operation has ended for its client, which may use the id again. */
  end(name: string): void {
    const id = this.#ids.get(name)
    if (id === undefined) return
    this.#ids.delete(name)
    this.#names.delete(id)
  }

  /** A message of the library as it is sent; undefined for one of an operation that its client has completed. */
  toClient(message: string): string | undefined {
    const [, name, type] = /^\{"id":"(\d+)","type":"(\w+)"/.exec(message) ?? []
    if (name === undefined) return message
    const id = this.#ids.get(name)
    if (id === undefined) return undefined
    if (type !== 'next') this.end(name)
    return `{"id":${JSON.stringify(id)}${message.slice(`{"id":"${name}"`.length)}`
  }
}
