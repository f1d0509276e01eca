import { getNamedType, GraphQLID, type GraphQLSchema, isInputObjectType, isObjectType } from 'graphql'
import type { Owner } from '../../datasources/contract/operations.js'

/** Records of one type, at one bank where that is known. */
export interface Subjects {
  readonly type: string
  readonly bankId?: string
  readonly ids: readonly string[]
}

type Row = Readonly<Record<string, unknown>>
type Find = (value: unknown, found: Found) => void

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

interface Group {
  readonly type: string
  readonly bankId: string | undefined
  readonly ids: Set<string>
}

/** Records as they are met, each once. They are of few types and banks. */
export class Found {
  readonly #groups: Group[] = []
  /** Records of one type come one after the other. */
  #last: Group | undefined

  add(type: string, id: string, bankId?: string | null): void {
    const bank = bankId || undefined
    const last = this.#last
    const group = last?.type === type && last.bankId === bank ? last : this.#group(type, bank)
    group.ids.add(id)
  }

  addOwner(owner: Owner): void {
    if ('person' in owner) this.add('Person', owner.person)
    else this.add('Customer', owner.customer.id, owner.customer.bankId)
  }

  list(): Subjects[] {
    return this.#groups.map(({ type, bankId, ids }) =>
      bankId === undefined ? { type, ids: [...ids] } : { type, bankId, ids: [...ids] },
    )
  }

  #group(type: string, bankId: string | undefined): Group {
    let group = this.#groups.find((known) => known.type === type && known.bankId === bankId)
    if (!group) this.#groups.push((group = { type, bankId, ids: new Set() }))
    this.#last = group
    return group
  }
}

/** Caller-given ids that a write which was done has found at the provider. */
const CONFIRMED: ReadonlySet<string> = new Set(['bankId', 'customerId', 'personId', 'userId'])
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Which records a value or an input names. Compiled from the schema, so that no type can be forgotten. */
export function subjectsOf(declared: GraphQLSchema, served: GraphQLSchema) {
  const made = new Map<string, Find>()

  /** A value says who it is by its `id`, else by its first other id; one without is asked what it is made of. */
  function finder(type: string): Find {
    const known = made.get(type)
    if (known) return known
    const object = declared.getType(type)
    const fields = isObjectType(object) ? Object.values(object.getFields()) : []
    const ids = fields
      .filter((field) => getNamedType(field.type) === GraphQLID && field.extensions['pii'] === undefined)
      .map(({ name }) => name)
    const id = ids.find((name) => name === 'id') ?? ids.find((name) => name !== 'bankId')
    const own: Find = (row, found) => {
      const named = text((row as Row)[id!])
      if (named !== undefined) found.add(type, named, text((row as Row)['bankId']))
    }
    const parts: [string, Find][] = []
    const inner: Find = (row, found) => {
      for (const [name, find] of parts) find((row as Row)[name], found)
    }
    const find: Find = (value, found) => {
      if (Array.isArray(value)) for (const item of value) find(item, found)
      else if (typeof value === 'object' && value !== null) (id === undefined ? inner : own)(value, found)
    }
    made.set(type, find)
    const plain = served.getType(type)
    if (id === undefined && isObjectType(plain)) {
      for (const field of Object.values(plain.getFields())) {
        const below = getNamedType(field.type)
        if (field.resolve === undefined && isObjectType(below)) parts.push([field.name, finder(below.name)])
      }
    }
    return find
  }

  /** Names of an input's ids. */
  const members = new Map(
    Object.values(served.getMutationType()?.getFields() ?? {}).map(({ name, args }) => {
      const types = args.map(({ type }) => getNamedType(type)).filter(isInputObjectType)
      const fields = types.flatMap((type) => Object.values(type.getFields()))
      return [name, fields.filter(({ type }) => getNamedType(type) === GraphQLID).map((field) => field.name)] as const
    }),
  )

  return {
    find: (type: string, value: unknown, found: Found): void => finder(type)(value, found),

    /** The ids a write was given. What nobody has confirmed may be any text, so it stands in clear only when it is a UUID. */
    given(mutation: string, input: object, done: boolean, hide: (id: string) => string): Record<string, string> {
      const ids: Record<string, string> = {}
      for (const name of members.get(mutation) ?? []) {
        const id = text((input as Row)[name])
        if (id !== undefined) ids[name] = UUID.test(id) || (done && CONFIRMED.has(name)) ? id : hide(id)
      }
      return ids
    },
  }
}
