import { createIdempotencyKey, isKycGraphError } from '@kyc-graph/client'

type Keyed<Input> = Input & { readonly idempotencyKey: string }

/** Refusals that the server stores under a key. Others come before it looks for the key, and say nothing of an earlier attempt. */
const STORED_CODES: readonly string[] = ['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT']

/** Whether an attempt that ended with this error may have been carried out. */
const leavesDoubt = (error: unknown): boolean => !isKycGraphError(error) || error.code === 'OUTCOME_UNKNOWN'

/** Whether the server has refused all of a call for good: it stores that under the key, and would only say it again. */
function isFinalRefusal(error: unknown, isInDoubt: boolean): boolean {
  if (!isKycGraphError(error) || leavesDoubt(error) || error.retryable) return false
  if (!Object.values(error.data ?? {}).every((field) => field === null)) return false
  // What is told again is the outcome of the attempt in doubt too.
  return error.extensions.replayed === true || (!isInDoubt && STORED_CODES.includes(error.code))
}

/**
 * The idempotency keys of what the user has decided: the same input has the same key, however often it is sent, until it has an
 * outcome, such as a final refusal. A changed input is another write, and has a key of its own.
 */
export class WriteKeys {
  readonly #keys = new Map<string, string>()
  /** The keys of attempts that may have been carried out. */
  readonly #inDoubt = new Set<string>()

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
      if (leavesDoubt(error)) this.#inDoubt.add(keyed.idempotencyKey)
      if (isFinalRefusal(error, this.#inDoubt.has(keyed.idempotencyKey))) this.done(keyed)
      throw error
    }
  }

  /** The write has its outcome: the same input is another decision from now on. */
  done({ idempotencyKey }: { readonly idempotencyKey: string }): void {
    this.#inDoubt.delete(idempotencyKey)
    for (const [text, key] of this.#keys) if (key === idempotencyKey) this.#keys.delete(text)
  }
}
