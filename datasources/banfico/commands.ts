import { randomUUID } from 'node:crypto'
import { DEFAULT_MAX_AGE_SECONDS, type VerificationResult, type VerifyAccountInput } from '../../schema/verification.js'
import { command } from '../contract/operations.js'
import type { Verify } from './contract.js'
import type { Desk } from './index.js'
import { keepable, toResult, toVerify } from './mapping.js'

/** Banfico's writes: one, which changes nothing at any bank. */
export function banficoCommands({ source, visit, memory, checks, drift }: Desk) {
  async function ask(verify: Verify, question: string): Promise<VerificationResult> {
    const answer = await source.verify(verify)
    const result = toResult(answer.result.id, answer, drift)
    await memory.enter(visit.caller, question, verify, result, answer)
    return result
  }

  return {
    verifyAccount: command<VerifyAccountInput, { result: VerificationResult }>({
      scope: 'verifications:write',
      type: 'VerifyAccountPayload',
      repeatable: true,
      // The verification is the outcome, also while its answer is yet to come: asking again would begin another one.
      toStored: ({ result }) => ({ result: { ...keepable(result), fromCache: true } }),
      async run(input) {
        const verify = toVerify(input)
        const question = memory.question(visit.caller, verify)
        const age = memory.cap(input.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS)
        // Who wants it fresh asks under a name that nobody else knows, and so alone.
        if (age === 0) return { result: await checks.run(randomUUID(), visit, () => ask(verify, question)) }
        const begun = Date.now()
        const kept = await memory.recall(question, age)
        // A call that ended while the memory was looked at has left its answer there.
        const since = async () =>
          (await memory.recall(question, (Date.now() - begun) / 1000)) ?? (await ask(verify, question))
        return { result: kept ?? (await checks.run(question, visit, since)) }
      },
    }),
  }
}
