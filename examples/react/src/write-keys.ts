import { createIdempotencyKey } from '@kyc-graph/client'

/**
 * The idempotency keys of what the user has decided: the same input has the same key, however often it is sent, until it has an
 * outcome. A changed input is another write, and has a key of its own.
 */
export class WriteKeys {
  readonly #keys = new Map<string, string>()

  /** The input with its key. */
  keyed<Input extends object>(input: Input): Input & { readonly idempotencyKey: string } {
    const text = JSON.stringify(input)
    const idempotencyKey = this.#keys.get(text) ?? createIdempotencyKey()
    this.#keys.set(text, idempotencyKey)
    return { ...input, idempotencyKey }
  }

  /** The write has its outcome: the same input is another decision from now on. */
  done({ idempotencyKey }: { readonly idempotencyKey: string }): void {
    for (const [text, key] of this.#keys) if (key === idempotencyKey) this.#keys.delete(text)
  }
}
