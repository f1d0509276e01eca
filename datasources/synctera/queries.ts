import { type Person, type PersonFilter, PersonOrderField } from '../../schema/person.js'
import type { PersonVerificationResult } from '../../schema/person-verification.js'
import { inputDecisions, maskedMembersOf } from '../../schema/field-masks.js'
import type { Page } from '../../schema/page.js'
import type { LoaderDefinition, OperationScope } from '../contract/operation-scope.js'
import { copyError, nullIfNotFound } from '../contract/errors.js'
import { readableRows, type Rows, unreadableRows } from '../contract/rows.js'
import type { ReadRows } from '../http/list-contract.js'
import { batchLoader, type Loader } from '../support/loader.js'
import { toNodes } from '../support/rows.js'
import type { Drift } from '../support/mapping.js'
import { recordVerification } from './changes.js'
import { isPersonId, MAX_IDS, MAX_VERIFIED_IDS } from './contract.js'
import { unreadableSyncteraRow } from './errors.js'
import type { SyncteraSource } from './datasource.js'
import { personsById } from './person-source.js'
import { query, type SyncteraInstance } from './instance.js'
import { toPerson, toVerificationResult } from './mapping.js'
import { loadPersonPage, type PersonsKey } from './person-page.js'
import { concernsPerson, ownedRows, type PersonRow } from './person-rows.js'

/** A filter on a personal value discloses it, and an order by a personal value discloses its neighbours. */
const PERSONAL_FILTERS = maskedMembersOf(inputDecisions['PersonFilter']!) as readonly (keyof PersonFilter)[]
const PERSONAL_ORDERS: readonly PersonOrderField[] = [
  PersonOrderField.DATE_OF_BIRTH,
  PersonOrderField.FIRST_NAME,
  PersonOrderField.LAST_NAME,
]

const personalCriteriaOf = ({ filter, orderBy }: PersonsKey): readonly string[] => [
  ...PERSONAL_FILTERS.filter((name) => filter?.[name] != null).map((name) => `PersonFilter.${name}`),
  ...(orderBy ?? [])
    .filter(({ field }) => PERSONAL_ORDERS.includes(field))
    .map(({ field }) => `PersonOrderField.${field}`),
]

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
    async load(instance, operation, ids) {
      const { source, drift } = instance
      const valid = ids.filter(isPersonId)
      if (valid.length === 0) return new Map()
      if (valid.length === 1) {
        const row = await nullIfNotFound(source.getPerson(operation, valid[0]!))
        if (row === null) return new Map()
        const person = toPerson(row, drift)
        recordVerification(instance, person, true)
        return new Map([[valid[0]!, person]])
      }
      const found = await personsById(source, operation, valid)
      const rows = toNodes(found, 'persons', toPerson, unreadableSyncteraRow, drift)
      const readable = readableRows(rows)
      for (const person of readable) recordVerification(instance, person, true)
      const byId = new Map(readable.map((person) => [person.id.toLowerCase(), person]))
      // Any id that is not among the others may be that of the row that cannot be read.
      const [unreadable] = unreadableRows(rows)
      return new Map(valid.map((id) => [id, byId.get(id.toLowerCase()) ?? (unreadable ? copyError(unreadable) : null)]))
    },
  }),
)

/** A loader of records by person id: Synctera lists those of several persons in one call. */
export const recordsByPerson = <Row extends PersonRow, Node>(
  list: string,
  rowsOf: (source: SyncteraSource, operation: OperationScope, personIds: readonly string[]) => Promise<ReadRows<Row>>,
  toNode: (row: Row, drift: Drift) => Node,
): LoaderDefinition<SyncteraInstance, Loader<string, Rows<Node>>> =>
  invalidated(
    batchLoader<SyncteraInstance, string, Rows<Node>>({
      maxBatchSize: MAX_VERIFIED_IDS,
      absent: () => [],
      async load({ source, drift }, operation, ids) {
        const valid = ids.filter(isPersonId)
        if (valid.length === 0) return new Map<string, Rows<Node>>()
        const found = ownedRows(await rowsOf(source, operation, valid), valid)
        const nodes = toNodes(found, list, toNode, unreadableSyncteraRow, drift)
        // A row that names no person is unreadable here, and may be any person's.
        return new Map(valid.map((id) => [id, nodes.filter((_node, i) => concernsPerson(found[i]!, id))]))
      },
    }),
  )

const verifications = recordsByPerson(
  'verifications',
  (source, operation, personIds) => source.listVerifications(operation, personIds),
  toVerificationResult,
)

/** Gives the operation persons that it has loaded in a list. */
export function primePersons(instance: SyncteraInstance, operation: OperationScope, loaded: readonly Person[]): void {
  const loader = operation.loader(instance, persons)
  for (const person of loaded) {
    loader.prime(person.id, person)
    recordVerification(instance, person, true)
  }
}

/** Loads the current verifications of a person, batched with those of the others of the operation. */
export const verificationsOfPerson = (instance: SyncteraInstance, operation: OperationScope, personId: string) =>
  operation.loader(instance, verifications).load(personId)

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

  verificationsOf: query<string, Rows<PersonVerificationResult>>({
    scope: 'persons:read',
    type: 'PersonVerificationResult',
    owner: (person) => ({ person }),
    load: (instance, operation, personId) => operation.loader(instance, verifications).load(personId),
  }),

  personPage: query<PersonsKey, Page<Person>>({
    scope: 'persons:read',
    extraScopes: (key) => (personalCriteriaOf(key).length > 0 ? ['pii:read'] : []),
    searchedBy: personalCriteriaOf,
    type: 'PersonConnection',
    async load(instance, operation, key) {
      const page = await loadPersonPage(instance, operation, key)
      primePersons(instance, operation, page.nodes)
      return page
    },
  }),
}
