import type { CreatePersonInput, Person, UpdatePersonInput } from '../../schema/person.js'
import type { PersonVerification, VerifyPersonInput } from '../../schema/person-verification.js'
import { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { type LeftOutRows, readableRows, unreadableRows } from '../contract/rows.js'
import { toNodes } from '../support/rows.js'
import { recordVerification } from './changes.js'
import { missingDisclosures } from './disclosure-operations.js'
import { unreadableSyncteraRow } from './errors.js'
import { command, type SyncteraInstance } from './instance.js'
import { providerWord } from '../support/mapping.js'
import { createBody, toPerson, toVerificationResult, toVerificationStatus, updateBody, verifyBody } from './mapping.js'
import { rowsOfPerson } from './person-rows.js'
import { clearPerson } from './queries.js'
import type { SyncteraResults } from './verification-source.js'
import { findCreatedPerson, findUpdatedPerson, findVerification } from './recovery.js'

const verifiedIn = ({ personId, status }: PersonVerification) => ({ id: personId, verificationStatus: status })

/**
 * The results of a check. Its answer may be the first page of several, and only the list has the others; where that
 * cannot be read, the check is done nevertheless.
 */
async function rowsOfCheck(
  { source }: SyncteraInstance,
  operation: OperationScope,
  personId: string,
  { verifications, next_page_token: next }: SyncteraResults,
) {
  const first = { rows: rowsOfPerson(verifications, personId), failed: [] as ApiError[] }
  if (!next) return first
  try {
    return { ...first, rows: rowsOfPerson(await source.listVerifications(operation, [personId]), personId) }
  } catch (error) {
    if (error instanceof ApiError) return { ...first, failed: [error] }
    throw error
  }
}

/**
 * Synctera's commands. Synctera keeps idempotency keys for 7 days, so each may be repeated under the same key; but not
 * after a 5xx, which it does not keep.
 */
export const syncteraCommands = {
  createPerson: command<CreatePersonInput, { person: Person }>({
    scope: 'persons:write',
    type: 'CreatePersonPayload',
    repeatable: true,
    async recover(instance, operation, input, { begunAt }) {
      const person = await findCreatedPerson(instance, operation, input, begunAt)
      if (person) recordVerification(instance, person)
      return person && { person }
    },
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const person = toPerson(await source.createPerson(operation, createBody(input), id), drift)
      recordVerification(instance, person)
      return { person }
    },
  }),

  updatePerson: command<UpdatePersonInput, { person: Person }>({
    scope: 'persons:write',
    owner: ({ id }) => ({ person: id }),
    // Names, date of birth, legal address and SSN are what Synctera's checks compare; the rest is the bank's.
    ownInput: ['id', 'chosenName', 'email', 'phoneNumber', 'shippingAddress'],
    type: 'UpdatePersonPayload',
    repeatable: true,
    async recover(instance, operation, input, { begunAt }) {
      const person = await findUpdatedPerson(instance, operation, input, begunAt)
      if (person) recordVerification(instance, person)
      return person && { person }
    },
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const person = toPerson(await source.updatePerson(operation, input.id, updateBody(input), id), drift)
      clearPerson(instance, operation, input.id)
      recordVerification(instance, person)
      return { person }
    },
  }),

  verifyPerson: command<VerifyPersonInput, { verification: PersonVerification } & LeftOutRows>({
    scope: 'persons:write',
    type: 'VerifyPersonPayload',
    repeatable: true,
    toStored: ({ verification }) => ({ verification }),
    async recover(instance, operation, input, { begunAt }) {
      const verification = await findVerification(instance, operation, input, begunAt)
      if (verification) recordVerification(instance, verifiedIn(verification))
      return verification && { verification }
    },
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const answer = await source.verify(operation, verifyBody(input), id)
      if ('demand' in answer) throw await missingDisclosures(instance, operation, input.personId, answer)
      clearPerson(instance, operation, input.personId)
      const { rows, failed } = await rowsOfCheck(instance, operation, input.personId, answer)
      const results = toNodes(rows, 'verifications', toVerificationResult, unreadableSyncteraRow, drift)
      const verification = {
        status: toVerificationStatus(answer.verification_status, drift),
        statusRaw: providerWord(answer.verification_status),
        results: readableRows(results),
        personId: input.personId,
      }
      recordVerification(instance, verifiedIn(verification))
      return { verification, leftOut: [...unreadableRows(results), ...failed] }
    },
  }),
}
