import type { CreatePersonInput, Person, UpdatePersonInput } from '../../schema/person.js'
import type { PersonVerification, VerifyPersonInput } from '../../schema/person-verification.js'
import { command } from './instance.js'
import { providerWord } from '../support/mapping.js'
import { createBody, toPerson, toVerificationResult, toVerificationStatus, updateBody, verifyBody } from './mapping.js'
import { clearPerson } from './queries.js'

/** Synctera's commands. Synctera keeps idempotency keys for 7 days, so each may be repeated under the same key. */
export const syncteraCommands = {
  createPerson: command<CreatePersonInput, { person: Person }>({
    scope: 'persons:write',
    type: 'CreatePersonPayload',
    repeatable: true,
    run: async ({ source, drift }, operation, input, { id }) => ({
      person: toPerson(await source.createPerson(operation, createBody(input), id), drift),
    }),
  }),

  updatePerson: command<UpdatePersonInput, { person: Person }>({
    scope: 'persons:write',
    type: 'UpdatePersonPayload',
    repeatable: true,
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const person = toPerson(await source.updatePerson(operation, input.id, updateBody(input), id), drift)
      clearPerson(instance, operation, input.id)
      return { person }
    },
  }),

  verifyPerson: command<VerifyPersonInput, { verification: PersonVerification }>({
    scope: 'persons:write',
    type: 'VerifyPersonPayload',
    repeatable: true,
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const answer = await source.verify(operation, verifyBody(input), id)
      clearPerson(instance, operation, input.personId)
      return {
        verification: {
          status: toVerificationStatus(answer.verification_status, drift),
          statusRaw: providerWord(answer.verification_status),
          results: answer.verifications.map((verification) => toVerificationResult(verification, drift)),
          personId: input.personId,
        },
      }
    },
  }),
}
