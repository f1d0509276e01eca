import type { Person } from '../../schema/person.js'
import { nullIfNotFound } from '../contract/errors.js'
import { detachedScope } from '../http/call.js'
import type { SyncteraInstance } from './instance.js'
import { toPerson } from './mapping.js'

/** The person of a verification, and its status. */
type Verified = Pick<Person, 'id' | 'verificationStatus'>

/**
 * Records the status of a person's verification; `isObserved` where it was only read. A word of Synctera's that the graph
 * does not know is none. No status is final: a check, an alert or a case may change each.
 */
export function recordVerification(
  { record }: Pick<SyncteraInstance, 'record'>,
  { id, verificationStatus: state }: Verified,
  isObserved = false,
): void {
  if (state !== null) record({ type: 'personVerification', id, state, isFinal: false, subjects: [id], isObserved })
}

/** Reads the first of these persons that Synctera has, and records the status of its verification. */
export async function recordPresentStatus(
  instance: Pick<SyncteraInstance, 'source' | 'record' | 'drift'>,
  personIds: readonly string[],
): Promise<void> {
  for (const personId of personIds) {
    const person = await nullIfNotFound(instance.source.getPerson(detachedScope, personId))
    if (person !== null) return recordVerification(instance, toPerson(person, instance.drift))
  }
}
