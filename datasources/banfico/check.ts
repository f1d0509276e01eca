import { randomUUID } from 'node:crypto'
import { DEFAULT_MAX_AGE_SECONDS, type VerificationResult, VerificationState } from '../../schema/verification.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { verificationChange } from './changes.js'
import type { Verify } from './contract.js'
import { AmbiguousAnswer, sharedScope } from './datasource.js'
import { type BanficoInstance, verificationStore } from './instance.js'
import { toResult } from './mapping.js'

/** Begins a verification at Banfico and stores it. */
async function verifyAtBank(
  instance: BanficoInstance,
  operation: OperationScope,
  verify: Verify,
  question: string,
): Promise<VerificationResult> {
  const reply = await instance.source.verify(sharedScope(operation), verify)
  const result = toResult(reply.result.id, reply, instance.drift)
  const isStored = await verificationStore(instance, operation).add(operation.caller, question, verify, result, reply)
  if (!isStored) {
    instance.resultCache.delete(result.id)
    // A completed check is answered, because it was paid for; a pending one could not be read by this id.
    if (result.state === VerificationState.PENDING) throw new AmbiguousAnswer()
  }
  const { tenant: owner } = operation.caller
  if (isStored) instance.record(verificationChange(result.id, result, { owner, subjects: [verify.account.id] }))
  return result
}

/** The answer to a question: a stored one up to this age, that of a call which asks the same now, else Banfico's. */
export async function check(
  instance: BanficoInstance,
  operation: OperationScope,
  verify: Verify,
  maxAgeSeconds: number | null | undefined,
): Promise<VerificationResult> {
  const { checks } = instance
  const store = verificationStore(instance, operation)
  const question = store.questionOf(operation.caller, verify)
  const maxAge = store.limitAge(maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS)
  const ask = () => verifyAtBank(instance, operation, verify, question)
  const begun = operation.store.now()
  // A call that ended during the first look-up has stored its result by now.
  const recallOrAsk = async () =>
    (await store.recall(question, (operation.store.now() - begun) / 1000)) ?? (await ask())
  // A random key joins no other call, so a caller that accepts no stored result gets a verification of its own.
  if (maxAge === 0) return checks.run(randomUUID(), operation, ask)
  return (await store.recall(question, maxAge)) ?? checks.run(question, operation, recallOrAsk)
}
