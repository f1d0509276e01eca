import type { AccountVerificationJob, VerifyAccountsInput } from '../../schema/account-verification-job.js'
import { ApiError, type InvalidFields, invalidInput } from '../contract/errors.js'
import { askedByCaller } from '../contract/operations.js'
import { changeOwn } from '../support/own-write.js'
import { jobChange } from './changes.js'
import { command, jobStore } from './instance.js'
import type { NewRow } from './job-store.js'
import { newJob, runJob } from './jobs.js'
import { toVerify } from './mapping.js'

const PATH = 'input.account.'

/** The rows to ask; every row that breaks a rule is named at once, before any bank is asked. */
function newRows({ types, accounts, initiator }: VerifyAccountsInput): readonly NewRow[] {
  const invalid: Record<string, readonly string[]> = {}
  const rows = accounts.flatMap(({ clientReference, account }, i) => {
    try {
      return [{ clientReference, verify: toVerify({ types, account, initiator: initiator ?? null }) }]
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'BAD_USER_INPUT') throw error
      const { fields } = error.extensions as { readonly fields: InvalidFields }
      for (const [path, rules] of Object.entries(fields))
        invalid[path.replace(PATH, `input.accounts[${i}].account.`)] = rules
      return []
    }
  })
  if (Object.keys(invalid).length > 0) throw invalidInput(invalid)
  return rows
}

/**
 * Begins a job. Its id is that of the attempt, so a repeat under the same key finds the same job and asks no row again.
 * Banfico's own bulk operation (v1.1) is not used: it refuses a whole list for one invalid row, and one lost answer
 * would leave every row of it in doubt, because a list cannot be looked up by what the client knows of it.
 */
export const verifyAccounts = command<VerifyAccountsInput, { job: AccountVerificationJob }>({
  scope: 'verifications:write',
  owner: askedByCaller,
  // As for `verifyAccount`, any account may be named.
  ownInput: ['types', 'accounts', 'initiator', 'maxAgeSeconds'],
  type: 'VerifyAccountsPayload',
  repeatable: true,
  async run(instance, operation, input, { id }) {
    const rows = newRows(input)
    const maxAge = input.maxAgeSeconds ?? null
    const store = jobStore(instance, operation)
    const job =
      (await store.made(id, rows, maxAge)) ??
      (await changeOwn(operation, () => store.create(id, operation.caller, rows, maxAge)))
    const begun = newJob(
      id,
      job,
      rows.map(({ clientReference }) => clientReference),
    )
    instance.record(jobChange(begun, { owner: operation.caller.tenant }))
    runJob(instance, operation, id, job)
    return { job: begun }
  },
})
