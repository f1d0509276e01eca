import type { CreatePersonInput, Person, UpdatePersonInput } from '../../schema/person.js'
import type { PersonVerification, VerifyPersonInput } from '../../schema/person-verification.js'
import { command } from '../contract/operations.js'
import type { Drift } from '../support/mapping.js'
import type { SyncteraSource } from './datasource.js'
import { createBody, toPerson, toVerificationResult, toVerificationStatus, updateBody, verifyBody } from './mapping.js'

/** Synctera's writes. It keeps idempotency keys for 7 days, so all of them may be repeated with the same one. */
export function syncteraCommands(source: SyncteraSource, forget: (personId: string) => void, drift: Drift) {
  return {
    createPerson: command<CreatePersonInput, { person: Person }>({
      scope: 'persons:write',
      type: 'CreatePersonPayload',
      repeatable: true,
      run: async (input, { id }) => ({ person: toPerson(await source.createPerson(createBody(input), id), drift) }),
    }),

    updatePerson: command<UpdatePersonInput, { person: Person }>({
      scope: 'persons:write',
      type: 'UpdatePersonPayload',
      repeatable: true,
      async run(input, { id }) {
        const person = toPerson(await source.updatePerson(input.id, updateBody(input), id), drift)
        forget(input.id)
        return { person }
      },
    }),

    verifyPerson: command<VerifyPersonInput, { verification: PersonVerification }>({
      scope: 'persons:write',
      type: 'VerifyPersonPayload',
      repeatable: true,
      async run(input, { id }) {
        const answer = await source.verify(verifyBody(input), id)
        forget(input.personId)
        return {
          verification: {
            status: toVerificationStatus(answer.verification_status, drift),
            results: answer.verifications.map((verification) => toVerificationResult(verification, drift)),
            personId: input.personId,
          },
        }
      },
    }),
  }
}
