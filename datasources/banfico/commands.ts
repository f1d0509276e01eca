import { randomUUID } from 'node:crypto'
import { DEFAULT_MAX_AGE_SECONDS, type VerificationResult, type VerifyAccountInput } from '../../schema/verification.js'
import { ApiError, copyError, type InvalidFields } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { askedByCaller } from '../contract/operations.js'
import type { Verify } from './contract.js'
import { sharedScope } from './datasource.js'
import { type BanficoInstance, command, verificationStore } from './instance.js'
import { toResult, toVerify } from './mapping.js'
import { fromStoredResult, type StoredResult, toStoredResult } from './stored-result.js'

/** Begins a verification at Banfico and stores it. */
async function verifyAtBank(
  instance: BanficoInstance,
  operation: OperationScope,
  verify: Verify,
  question: string,
): Promise<VerificationResult> {
  const reply = await instance.source.verify(sharedScope(operation), verify)
  const result = toResult(reply.result.id, reply, instance.drift)
  await verificationStore(instance, operation).add(operation.caller, question, verify, result, reply)
  return result
}

const NAME = 'input.account.name'
const HOLDERS = 'input.account.holders'

/** The holders are sent as one name, so a refusal of the name is one of the holders where those were given. */
function refusedHolders(error: unknown, { account: { holders } }: VerifyAccountInput): unknown {
  if (!(error instanceof ApiError) || error.code !== 'BAD_USER_INPUT' || !holders) return error
  const { fields } = error.extensions as { readonly fields?: InvalidFields }
  if (!fields?.[NAME]) return error
  const renamed = Object.entries(fields).map(([path, rules]) => [path === NAME ? HOLDERS : path, rules] as const)
  return copyError(error, { fields: Object.fromEntries(renamed) })
}

/** Banfico's command, which changes nothing at any bank. */
export const banficoCommands = {
  verifyAccount: command<VerifyAccountInput, { result: VerificationResult }>({
    scope: 'verifications:write',
    owner: askedByCaller,
    // A payer asks about the account of another, so any account may be named.
    ownInput: ['types', 'account', 'initiator', 'maxAgeSeconds'],
    type: 'VerifyAccountPayload',
    repeatable: true,
    // A pending verification is stored as the outcome too: another call would begin another verification.
    toStored: ({ result }) => ({ result: { ...toStoredResult(result), fromCache: true } }),
    fromStored: (stored) => ({ result: fromStoredResult((stored as { result: StoredResult }).result) }),
    async run(instance, operation, input) {
      const { checks } = instance
      const store = verificationStore(instance, operation)
      const verify = toVerify(input)
      const question = store.questionOf(operation.caller, verify)
      const maxAge = store.limitAge(input.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS)
      const ask = () => verifyAtBank(instance, operation, verify, question)
      const begun = operation.store.now()
      // A call that ended during the first look-up has stored its result by now.
      const recallOrAsk = async () =>
        (await store.recall(question, (operation.store.now() - begun) / 1000)) ?? (await ask())
      try {
        // A random key joins no other call, so a caller that accepts no stored result gets a verification of its own.
        if (maxAge === 0) return { result: await checks.run(randomUUID(), operation, ask) }
        const known = await store.recall(question, maxAge)
        return { result: known ?? (await checks.run(question, operation, recallOrAsk)) }
      } catch (error) {
        throw refusedHolders(error, input)
      }
    },
  }),
}
