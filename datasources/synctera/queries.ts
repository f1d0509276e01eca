import { type Person, PersonOrderField } from '../../schema/person.js'
import type { PersonVerificationResult } from '../../schema/person-verification.js'
import type { Page } from '../../schema/shared.js'
import type { Scope } from '../../schema/scopes.js'
import type { LoaderDefinition, OperationScope } from '../contract/operation-scope.js'
import { nullIfNotFound } from '../contract/errors.js'
import { batchLoader, type Loader } from '../support/loader.js'
import { isPersonId, MAX_IDS, MAX_VERIFIED_IDS } from './contract.js'
import { query, type SyncteraInstance } from './instance.js'
import { toPerson, toVerificationResult } from './mapping.js'
import { loadPersonPage, type PersonsKey } from './person-page.js'

/** A filter on a personal value discloses it, and an order by a personal value discloses its neighbours. */
const PERSONAL_FILTERS = ['firstName', 'lastName', 'email', 'phoneNumber', 'ssnLast4'] as const
const PERSONAL_ORDERS: readonly PersonOrderField[] = [
  PersonOrderField.DATE_OF_BIRTH,
  PersonOrderField.FIRST_NAME,
  PersonOrderField.LAST_NAME,
]

const scopesOfSearch = ({ filter, orderBy }: PersonsKey): readonly Scope[] =>
  PERSONAL_FILTERS.some((name) => filter?.[name] != null) ||
  orderBy?.some(({ field }) => PERSONAL_ORDERS.includes(field))
    ? ['pii:read']
    : []

/** Wraps a loader by person id: a person that a webhook reports as changed is loaded again, also within a running operation. */
function invalidated<Value>(
  definition: LoaderDefinition<SyncteraInstance, Loader<string, Value>>,
): LoaderDefinition<SyncteraInstance, Loader<string, Value>> {
  return (instance, operation) => {
    const loader = definition(instance, operation)
    const { invalidations } = instance
    const begun = invalidations.count()
    const seen = new Map<string, number>()
    return {
      load(personId) {
        if (invalidations.count() > begun && invalidations.since(personId, seen.get(personId) ?? begun)) {
          seen.set(personId, invalidations.count())
          loader.clear(personId)
        }
        return loader.load(personId)
      },
      prime: (personId, value) => loader.prime(personId, value),
      clear: (personId) => loader.clear(personId),
      clearAll: () => loader.clearAll(),
    }
  }
}

const persons = invalidated(
  batchLoader<SyncteraInstance, string, Person | null>({
    maxBatchSize: MAX_IDS,
    absent: () => null,
    async load({ source, drift }, operation, ids) {
      const valid = ids.filter(isPersonId)
      if (valid.length === 0) return new Map()
      const found =
        valid.length === 1
          ? [await nullIfNotFound(source.getPerson(operation, valid[0]!))]
          : (await source.listPersons(operation, { ids: valid }, MAX_IDS)).persons
      const byId = new Map<string, Person>()
      for (const person of found) if (person) byId.set(person.id, toPerson(person, drift))
      return byId
    },
  }),
)

const verifications = invalidated(
  batchLoader<SyncteraInstance, string, PersonVerificationResult[]>({
    maxBatchSize: MAX_VERIFIED_IDS,
    absent: () => [],
    async load({ source, drift }, operation, ids) {
      const valid = ids.filter(isPersonId)
      const byPerson = new Map<string, PersonVerificationResult[]>()
      if (valid.length === 0) return byPerson
      for (const verification of await source.listVerifications(operation, valid)) {
        // A row without `person_id` belongs to the requested person where there is only one.
        const owner = verification.person_id ?? (valid.length === 1 ? valid[0] : undefined)
        if (owner === undefined) continue
        const results = byPerson.get(owner) ?? []
        results.push(toVerificationResult(verification, drift))
        byPerson.set(owner, results)
      }
      return byPerson
    },
  }),
)

/** Clears what the operation has loaded of a person, after a write to it. */
export function clearPerson(instance: SyncteraInstance, operation: OperationScope, personId: string): void {
  operation.loader(instance, persons).clear(personId)
  operation.loader(instance, verifications).clear(personId)
}

/** Synctera's queries. */
export const syncteraQueries = {
  personById: query<string, Person | null>({
    scope: 'persons:read',
    type: 'Person',
    owner: (person) => ({ person }),
    load: (instance, operation, id) => operation.loader(instance, persons).load(id),
  }),

  verificationsOf: query<string, PersonVerificationResult[]>({
    scope: 'persons:read',
    type: 'PersonVerificationResult',
    owner: (person) => ({ person }),
    load: (instance, operation, personId) => operation.loader(instance, verifications).load(personId),
  }),

  personPage: query<PersonsKey, Page<Person>>({
    scope: 'persons:read',
    extraScopes: scopesOfSearch,
    type: 'PersonConnection',
    async load(instance, operation, key) {
      const page = await loadPersonPage(instance, operation, key)
      const loader = operation.loader(instance, persons)
      for (const person of page.nodes) loader.prime(person.id, person)
      return page
    },
  }),
}
