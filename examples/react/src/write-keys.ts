import { createIdempotencyKey, isKycGraphError } from '@kyc-graph/client'

type Keyed<Input> = Input & { readonly idempotencyKey: string }

/** Whether the server has refused all of a call for good: it stores that under the key, and would only say it again. */
function isFinalRefusal(error: unknown): boolean {
  if (!isKycGraphError(error) || error.code === 'OUTCOME_UNKNOWN' || error.retryable) return false
  return Object.values(error.data ?? {}).every((field) => field === null)
}

/**
 * The idempotency keys of what the user has decided: the same input has the same key, however often it is sent, until it has an
 * outcome, such as a final refusal. A changed input is another write, and has a key of its own.
 */
export class WriteKeys {
  readonly #keys = new Map<string, string>()

  /** The input with its key. */
  keyed<Input extends object>(input: Input): Keyed<Input> {
    const text = JSON.stringify(input)
    const idempotencyKey = this.#keys.get(text) ?? createIdempotencyKey()
    this.#keys.set(text, idempotencyKey)
    return { ...input, idempotencyKey }
  }

  /** Sends a write under the key of its input. After a final refusal the same input is another write, for its cause may be mended. */
  async send<Input extends object, Answer>(
    input: Input,
    write: (input: Keyed<Input>) => Promise<Answer>,
  ): Promise<Answer> {
    const keyed = this.keyed(input)
    try {
      return await write(keyed)
    } catch (error) {
      if (isFinalRefusal(error)) this.done(keyed)
      throw error
    }
  }

  /** The write has its outcome: the same input is another decision from now on. */
  done({ idempotencyKey }: { readonly idempotencyKey: string }): void {
    for (const [text, key] of this.#keys) if (key === idempotencyKey) this.#keys.delete(text)
  }
}
