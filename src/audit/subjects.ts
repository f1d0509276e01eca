import { getNamedType, GraphQLID, type GraphQLSchema, isInputObjectType, isObjectType } from 'graphql'
import type { Owner } from '../../datasources/contract/operations.js'
import { inputDecisions } from '../../schema/field-masks.js'
import { isPlainMember } from '../graphql/plain-members.js'

/** Subjects: the ids of records of one type, at one bank where the type belongs to a bank. */
export interface Subjects {
  readonly type: string
  readonly bankId?: string
  readonly ids: readonly string[]
}

type Row = Readonly<Record<string, unknown>>
type Collect = (value: unknown, found: SubjectSet) => void

const nonEmptyText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

interface Group {
  readonly type: string
  readonly bankId: string | undefined
  readonly ids: Set<string>
}

/** Set of subjects, grouped by type and bank. There are few groups, so an array is searched. */
export class SubjectSet {
  readonly #groups: Group[] = []
  /** The group of the previous record: records of one type usually follow one another. */
  #previous: Group | undefined

  add(type: string, id: string, bankId?: string | null): void {
    const bank = bankId || undefined
    const previous = this.#previous
    const group = previous?.type === type && previous.bankId === bank ? previous : this.#group(type, bank)
    group.ids.add(id)
  }

  addOwner(owner: Owner): void {
    if ('person' in owner) this.add('Person', owner.person)
    else if ('customer' in owner) this.add('Customer', owner.customer.id, owner.customer.bankId)
    else if ('bankingCustomer' in owner) this.add('AccountEntitlementSet', owner.bankingCustomer)
  }

  list(): Subjects[] {
    return this.#groups.map(({ type, bankId, ids }) =>
      bankId === undefined ? { type, ids: [...ids] } : { type, bankId, ids: [...ids] },
    )
  }

  #group(type: string, bankId: string | undefined): Group {
    let group = this.#groups.find((candidate) => candidate.type === type && candidate.bankId === bankId)
    if (!group) this.#groups.push((group = { type, bankId, ids: new Set() }))
    this.#previous = group
    return group
  }
}

/** Ids of an input that a successful write proves to exist at the provider. */
const CONFIRMED_IDS: ReadonlySet<string> = new Set(['bankId', 'customerId', 'personId', 'userId'])
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The field that identifies a value of a type: `id`, else its first other id that is not personal. */
function idFieldOf(schema: GraphQLSchema, type: string): string | undefined {
  const object = schema.getType(type)
  const fields = isObjectType(object) ? Object.values(object.getFields()) : []
  const ids = fields
    .filter((field) => getNamedType(field.type) === GraphQLID && field.extensions['pii'] === undefined)
    .map(({ name }) => name)
  return ids.find((name) => name === 'id') ?? ids.find((name) => name !== 'bankId')
}

/** Collectors by type: each adds the subjects of a value. A value without an id adds those of its parts. */
function createCollectors(declared: GraphQLSchema, served: GraphQLSchema): (type: string) => Collect {
  const collectors = new Map<string, Collect>()

  function collectorOf(type: string): Collect {
    const existing = collectors.get(type)
    if (existing) return existing
    const id = idFieldOf(declared, type)
    const parts: [string, Collect][] = []
    const addItself: Collect = (row, found) => {
      const value = nonEmptyText((row as Row)[id!])
      if (value !== undefined) found.add(type, value, nonEmptyText((row as Row)['bankId']))
    }
    const addParts: Collect = (row, found) => {
      for (const [name, collect] of parts) collect((row as Row)[name], found)
    }
    const collect: Collect = (value, found) => {
      if (Array.isArray(value)) for (const item of value) collect(item, found)
      else if (typeof value === 'object' && value !== null) (id === undefined ? addParts : addItself)(value, found)
    }
    collectors.set(type, collect)
    const object = served.getType(type)
    if (id === undefined && isObjectType(object)) {
      for (const field of Object.values(object.getFields())) {
        const part = getNamedType(field.type)
        if (isPlainMember(field) && isObjectType(part)) parts.push([field.name, collectorOf(part.name)])
      }
    }
    return collect
  }

  return collectorOf
}

/** True for a member that opens something, which a reader of the trail must not. */
const isCredential = (type: string, member: string): boolean =>
  inputDecisions[type]?.credential?.split(/\s+/).includes(member) === true

/** Names of the id members of each mutation's input, without credentials. */
function inputIdsOf(schema: GraphQLSchema): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ name, args }) => {
      const types = args.map(({ type }) => getNamedType(type)).filter(isInputObjectType)
      const ids = types.flatMap((type) =>
        Object.values(type.getFields())
          .filter((field) => getNamedType(field.type) === GraphQLID && !isCredential(type.name, field.name))
          .map((field) => field.name),
      )
      return [name, ids] as const
    }),
  )
}

/** Finds the subjects of values and inputs. */
export interface SubjectFinder {
  /** Adds the subjects of a value to a set. */
  readonly collect: (type: string, value: unknown, found: SubjectSet) => void
  /** The ids in the input of a write. An id that is neither a UUID nor confirmed may be any text and is pseudonymized. */
  readonly inputIds: (
    mutation: string,
    input: object,
    confirmed: boolean,
    pseudonymOf: (id: string) => string,
  ) => Record<string, string>
}

/** Subject finder, compiled from the schema so that it covers every type. */
export function createSubjectFinder(declared: GraphQLSchema, served: GraphQLSchema): SubjectFinder {
  const collectorOf = createCollectors(declared, served)
  const inputIds = inputIdsOf(served)
  return {
    collect: (type, value, found) => collectorOf(type)(value, found),
    inputIds(mutation, input, confirmed, pseudonymOf) {
      const ids: Record<string, string> = {}
      for (const name of inputIds.get(mutation) ?? []) {
        const id = nonEmptyText((input as Row)[name])
        if (id === undefined) continue
        ids[name] = UUID.test(id) || (confirmed && CONFIRMED_IDS.has(name)) ? id : pseudonymOf(id)
      }
      return ids
    },
  }
}
