import type { VerificationResult, VerifyAccountInput } from '../../schema/verification.js'
import { ApiError, copyError, type InvalidFields } from '../contract/errors.js'
import { askedByCaller } from '../contract/operations.js'
import { check } from './check.js'
import { command } from './instance.js'
import { verifyAccounts } from './job-command.js'
import { toVerify } from './mapping.js'
import { fromStoredResult, type StoredResult, toStoredResult } from './stored-result.js'

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

/** Banfico's commands, which change nothing at any bank. */
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
      const verify = toVerify(input)
      try {
        return { result: await check(instance, operation, verify, input.maxAgeSeconds) }
      } catch (error) {
        throw refusedHolders(error, input)
      }
    },
  }),
  verifyAccounts,
}
