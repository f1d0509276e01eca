import { getNamedType, type GraphQLField, isCompositeType, isObjectType } from 'graphql'
import { type Command, askedByCaller } from '../../datasources/contract/operations.js'
import { providerEntries, providers } from '../../datasources/index.js'
import type { references } from '../../resolvers/index.js'
import type { Scope } from '../../schema/scopes.js'
import { createMaskers } from '../access/mask.js'
import { requiredScopesOf } from '../access/required-scopes.js'
import { schemas } from '../graphql/schema.js'
import { directive } from '../limits/list-size.js'

/** What opens one field, mutation or entity reference. */
interface ScopeRow {
  /** `Type.field`, or the entity that is referred to. */
  readonly name: string
  readonly kind: 'query' | 'mutation' | 'subscription' | 'field' | 'reference'
  /** The scopes for every record; empty where a valid token is enough. */
  readonly full: readonly Scope[]
  /** The scopes for the caller's own records; undefined where there are none. */
  readonly own: readonly Scope[] | undefined
  /** The input members that the own scopes open, where those are not all. */
  readonly ownInput: readonly string[] | undefined
  /** True where the value has personal fields, which are masked without `pii:read`. */
  readonly isPersonal: boolean
  /** The scope that shows personal fields of own records unmasked; undefined where they stay masked. */
  readonly shownWith: Scope | undefined
}

const REFERENCES: Readonly<Record<keyof typeof references, { scope: Scope; owner?: unknown }>> = {
  Customer: providers.obp.queries.customerById,
  KycCheck: providers.obp.queries.kycCheckById,
  Person: providers.synctera.queries.personById,
  VerificationResult: providers.banfico.queries.resultById,
} as never

const commands = Object.fromEntries(
  providerEntries.flatMap(([, provider]) => Object.entries(provider.commands)),
) as Readonly<Record<string, Command<unknown, object, object>>>

/** The family of an own scope whose records are not about the caller. */
const isOfOthers = (scope: Scope): boolean => scope.startsWith('verifications:')

const readForm = (scope: Scope): Scope => scope.replace(':write:own', ':read:own') as Scope

function shownWith(own: readonly Scope[] | undefined): Scope | undefined {
  const last = own?.at(-1)
  return last === undefined || isOfOthers(last) ? undefined : readForm(last)
}

/** The members of an input that only the full scope opens are the rest; undefined where there are none. */
function ownInputOf({ name, args }: GraphQLField<unknown, unknown>): readonly string[] | undefined {
  const given = commands[name]?.ownInput as readonly string[] | undefined
  const input = args[0] && getNamedType(args[0].type)
  if (given === undefined || input === undefined || !('getFields' in input)) return undefined
  const all = Object.keys(input.getFields()).filter((member) => member !== 'idempotencyKey')
  return all.every((member) => given.includes(member)) ? undefined : given
}

/** Every field that needs a token or a scope of its own, every mutation and every entity, in the order of the schema. */
export function scopeRows(): readonly ScopeRow[] {
  const { schema: declared, served } = schemas()
  const maskerOf = createMaskers(declared)
  const isPersonal = (type: string) => {
    const found = declared.getType(type)
    return isObjectType(found) && maskerOf(type) !== undefined
  }

  function rowOf(type: string, kind: ScopeRow['kind'], field: GraphQLField<unknown, unknown>): ScopeRow[] {
    const required = requiredScopesOf(field)
    if (required === undefined && directive(field, 'authenticated') === undefined) return []
    const alternatives = required?.alternatives ?? [[]]
    const own = alternatives.length > 1 ? alternatives.at(-1) : undefined
    const answer = getNamedType(field.type)
    return [
      {
        name: `${type}.${field.name}`,
        kind,
        full: alternatives[0]!,
        own,
        ownInput: own && kind === 'mutation' ? ownInputOf(field) : undefined,
        isPersonal: isCompositeType(answer) && isPersonal(answer.name),
        shownWith: shownWith(own),
      },
    ]
  }

  const roots = {
    query: served.getQueryType()!,
    mutation: served.getMutationType()!,
    subscription: served.getSubscriptionType()!,
  }
  const nested = Object.values(served.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__') && !Object.values(roots).includes(type),
  )
  const rows = (type: (typeof roots)['query'], kind: ScopeRow['kind']) =>
    Object.values(type.getFields()).flatMap((field) => rowOf(type.name, kind, field))
  const entities = Object.entries(REFERENCES).map(([name, { scope, owner }]): ScopeRow => {
    const own = owner === undefined ? undefined : ([`${scope}:own`] as Scope[])
    return {
      name,
      kind: 'reference',
      full: [scope],
      own,
      ownInput: undefined,
      isPersonal: isPersonal(name),
      shownWith: owner === askedByCaller ? undefined : shownWith(own),
    }
  })
  return [
    ...rows(roots.query, 'query'),
    ...rows(roots.mutation, 'mutation'),
    ...rows(roots.subscription, 'subscription'),
    ...nested.flatMap((type) => rows(type as (typeof roots)['query'], 'field')),
    ...entities,
  ]
}

const TITLES: Readonly<Record<ScopeRow['kind'], string>> = {
  query: 'Queries',
  mutation: 'Mutations',
  subscription: 'Subscriptions',
  field: 'Fields below the root',
  reference: 'Entities (`_entities`)',
}

const code = (text: string): string => `\`${text}\``
const all = (scopes: readonly Scope[]): string => (scopes.length > 0 ? scopes.map(code).join(' and ') : 'a valid token')

function ownCell({ kind, own, ownInput, isPersonal, shownWith: shown }: ScopeRow): readonly [string, string] {
  if (own === undefined) return ['', '']
  const members = ownInput ? `, with no other input than ${ownInput.map(code).join(', ')}` : ''
  if (!isPersonal) return [all(own) + members, '']
  const values = shown === undefined ? 'masked' : kind === 'mutation' ? `in full with ${code(shown)}` : 'in full'
  return [all(own) + members, values]
}

/** The tables of `docs/scopes.md`. */
export function scopeTable(rows: readonly ScopeRow[]): string {
  const tables = Object.entries(TITLES).map(([kind, title]) => {
    const lines = rows
      .filter((row) => row.kind === kind)
      .map((row) => {
        const [own, shown] = ownCell(row)
        return `| ${code(row.name)} | ${all(row.full)} | ${row.isPersonal ? 'masked' : ''} | ${own} | ${shown} |\n`
      })
    return `### ${title}\n\n| operation | every record | personal values | own records | personal values |\n|---|---|---|---|---|\n${lines.join('')}`
  })
  return tables.join('\n')
}
