import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import { nullIfNotFound, retryAfterOf } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { keyLoader } from '../support/loader.js'
import { isDue } from '../support/poll-schedule.js'
import { isAsker, mayRead } from './asker.js'
import { verificationChange } from './changes.js'
import { type BanficoReply, isVerificationId } from './contract.js'
import { AmbiguousAnswer, sharedScope } from './datasource.js'
import { type BanficoInstance, verificationStore } from './instance.js'
import { toResult } from './mapping.js'
import { lastKnownResult, type StoredVerification } from './verification-store.js'

/** A 404 for a verification that is known to be pending means: not visible yet. */
const notVisibleYet = (at: number): BanficoReply => ({
  accepted: true,
  result: undefined,
  at,
  hintSeconds: undefined,
  slaSeconds: undefined,
})

/** The account of a result, by which Banfico knows a person. */
const subjectsOf = (result: VerificationResult | null): readonly string[] =>
  result?.account ? [result.account.accountId] : []

/** Polls Banfico for a pending verification, under the lease that this operation holds. */
async function pollUnderLease(
  instance: BanficoInstance,
  operation: OperationScope,
  id: string,
  known: StoredVerification,
  lease: string,
): Promise<VerificationResult | null> {
  const { tenant: owner, slaUntil, pace } = known
  const store = verificationStore(instance, operation)
  const failed = async (error: unknown): Promise<never> => {
    await store.failPoll(id, lease, retryAfterOf(error))
    throw error
  }
  const found = await nullIfNotFound(instance.source.fetch(sharedScope(operation), id)).catch(failed)
  const now = operation.store.now()
  const reply = found ?? notVisibleYet(now)
  const isOverdue = found === null && now >= slaUntil
  const result = isOverdue ? null : toResult(id, reply, instance.drift, pace.begunAt)
  if (!store.answers(known, result)) return failed(new AmbiguousAnswer())
  const completion = await store.completePoll(id, lease, result, reply)
  if (completion === 'shared') return failed(new AmbiguousAnswer())
  // What was erased while the bank was asked is told no more.
  if (completion === 'gone') return null
  instance.record(verificationChange(id, result, { owner, subjects: subjectsOf(result) }))
  return result
}

/** Fetches a result that is not in the store: it has expired there, or this server did not begin its verification. */
async function recover(
  instance: BanficoInstance,
  operation: OperationScope,
  id: string,
  known: StoredVerification | null,
): Promise<VerificationResult | null> {
  const store = verificationStore(instance, operation)
  const found = await nullIfNotFound(instance.source.fetch(sharedScope(operation), id))
  const result = found && toResult(id, found, instance.drift)
  if (known && !store.answers(known, result)) throw new AmbiguousAnswer()
  if (known === null || result?.state !== VerificationState.COMPLETED) return result
  const completion = await store.complete(id, result)
  if (completion === 'shared') throw new AmbiguousAnswer()
  return completion === 'gone' ? null : result
}

async function poll(
  instance: BanficoInstance,
  operation: OperationScope,
  id: string,
): Promise<VerificationResult | null> {
  const store = verificationStore(instance, operation)
  const { known, lease } = await store.leasePoll(id)
  if (known && lease !== undefined) return pollUnderLease(instance, operation, id, known, lease)
  if (known?.pending) return lastKnownResult(known, operation.store.now())
  return (known && (await store.completed(id))) ?? recover(instance, operation, id, known)
}

/** Results that are not in the in-process cache. */
export const results = keyLoader<BanficoInstance, string, VerificationResult | null>(
  async (instance, operation, id) => {
    if (!isVerificationId(id)) return null
    const { polls, resultCache } = instance
    const store = verificationStore(instance, operation)
    const known = await store.find(id)
    if (!mayRead(operation, known)) return null
    const now = operation.store.now()
    const isShared = known?.sharedWith !== undefined
    if (isShared && (known.pending || known.sharedWith === 'asker' || !isAsker(operation.caller, known)))
      throw new AmbiguousAnswer()
    // A poll that is running in this process is joined, even before the next one is due.
    if (known?.pending && !isDue(known.pace, now) && polls.running(id) === undefined) return lastKnownResult(known, now)
    const completed = known && !known.pending ? await store.completed(id) : null
    if (isShared && completed === null) throw new AmbiguousAnswer()
    if (known && completed && !isShared) {
      resultCache.put(id, known, completed, now)
      // A process that ended after it had stored the result may not have recorded it.
      const about = { owner: known.tenant, subjects: subjectsOf(completed), isObserved: true }
      instance.record(verificationChange(id, completed, about))
    }
    return completed ?? polls.run(id, operation, () => poll(instance, operation, id))
  },
)
