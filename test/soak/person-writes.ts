import { PEOPLE } from '../../datasources/emulator/people.js'
import { marks } from './marks.js'
import type { Oracle } from './oracle.js'
import type { Random } from './random.js'
import { word, type WriteKind } from './write-kind.js'

const isOfTheCast = (id: string): boolean => PEOPLE.some(({ personId }) => personId === id)

/** A person that the soak made: the cast keeps its stories. */
export function personOf(random: Random, oracle: Oracle): string | undefined {
  const made = oracle.ids('person').filter((id) => !isOfTheCast(id))
  return made.length === 0 ? undefined : random.pick(made.slice(-200))
}

/** A time of the past that no other write has. */
const timeOf = (number: number): string => new Date(Date.UTC(2020, 0, 1) + number * 1000).toISOString()

const recordDisclosure: WriteKind = {
  mutation: 'recordDisclosure',
  input: 'RecordDisclosureInput',
  selection: 'disclosure { id disclosedAt }',
  weight: 2,
  once: true,
  idOf: ({ disclosure }) => disclosure.id as string,
  make(random, number, oracle) {
    const personId = personOf(random, oracle)
    const disclosedAt = timeOf(number)
    return personId === undefined
      ? undefined
      : {
          mark: disclosedAt,
          input: { personId, type: 'E_SIGN', version: '1.0', eventType: 'ACKNOWLEDGED', disclosedAt },
        }
  },
}

const subscribeToMonitoring: WriteKind = {
  mutation: 'subscribeToMonitoring',
  input: 'SubscribeToMonitoringInput',
  selection: 'subscription { id }',
  weight: 2,
  once: true,
  idOf: ({ subscription }) => subscription.id as string,
  make(random, _number, oracle) {
    const personId = oracle.take('person', 'monitoring', random, (id) => !isOfTheCast(id))
    return personId === undefined ? undefined : { mark: marks.monitoring(personId), input: { personId } }
  },
}

const endMonitoring: WriteKind = {
  mutation: 'endMonitoring',
  input: 'EndMonitoringInput',
  selection: 'deletedId',
  weight: 1,
  once: true,
  idOf: ({ deletedId }) => deletedId as string,
  make(random, _number, oracle) {
    const subscriptionId = oracle.take('subscription', 'end', random)
    return subscriptionId === undefined ? undefined : { mark: marks.end(subscriptionId), input: { subscriptionId } }
  },
}

const addPersonalId: WriteKind = {
  mutation: 'addPersonalId',
  input: 'AddPersonalIdInput',
  selection: 'personalId { id personId }',
  weight: 2,
  once: true,
  idOf: ({ personalId }) => personalId.id as string,
  make(random, number, oracle) {
    const personId = personOf(random, oracle)
    return personId === undefined
      ? undefined
      : { mark: word(number), input: { personId, type: 'TAX_ID', identifier: word(number), countryCode: 'DE' } }
  },
}

/** A personal id and its person; corrections may meet a deletion. */
function correction(random: Random, oracle: Oracle) {
  const ids = oracle.ids('personal id').slice(-50)
  if (ids.length === 0) return undefined
  const personalIdId = random.pick(ids)
  return { personalIdId, personId: oracle.latest('personal id', personalIdId)!['personId'] as string }
}

const correctPersonalId: WriteKind = {
  mutation: 'correctPersonalId',
  input: 'CorrectPersonalIdInput',
  selection: 'personalId { id personId }',
  weight: 2,
  once: true,
  make(random, number, oracle) {
    const named = correction(random, oracle)
    return named && { mark: word(number), input: { ...named, identifier: word(number) } }
  },
}

const deletePersonalId: WriteKind = {
  mutation: 'deletePersonalId',
  input: 'DeletePersonalIdInput',
  selection: 'personalIdId',
  weight: 1,
  once: true,
  idOf: ({ personalIdId }) => personalIdId as string,
  make(random, _number, oracle) {
    const personalIdId = oracle.take('personal id', 'deletion', random)
    if (personalIdId === undefined) return undefined
    const personId = oracle.latest('personal id', personalIdId)!['personId'] as string
    return { mark: marks.deletion(personalIdId), input: { personId, personalIdId } }
  },
}

/** After a lost answer the same key may start another session. */
const startDocumentVerification: WriteKind = {
  mutation: 'startDocumentVerification',
  input: 'StartDocumentVerificationInput',
  selection: 'session { token url }',
  weight: 1,
  once: false,
  idOf: ({ session }) => session.token as string,
  make(random, _number, oracle) {
    const personId = oracle.take('person', 'session', random, (id) => !isOfTheCast(id))
    return personId === undefined ? undefined : { mark: marks.session(personId), input: { personId } }
  },
}

/** Of a kind that no check of the soak has, so that it replaces none of their results. */
const recordPersonVerification: WriteKind = {
  mutation: 'recordPersonVerification',
  input: 'RecordPersonVerificationInput',
  selection: 'verification { id verifiedAt }',
  weight: 2,
  once: true,
  idOf: ({ verification }) => verification.id as string,
  make(random, number, oracle) {
    const personId = personOf(random, oracle)
    const verifiedAt = timeOf(number)
    return personId === undefined
      ? undefined
      : {
          mark: verifiedAt,
          input: { personId, type: 'LICENSE', result: random.pick(['ACCEPTED', 'REVIEW']), verifiedAt },
        }
  },
}

/** Writes to the records of persons. */
export const PERSON_WRITES: readonly WriteKind[] = [
  recordDisclosure,
  subscribeToMonitoring,
  endMonitoring,
  addPersonalId,
  correctPersonalId,
  deletePersonalId,
  startDocumentVerification,
  recordPersonVerification,
]
