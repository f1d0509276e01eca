import { type GraphQLObjectType, type GraphQLSchema, isNonNullType, isObjectType } from 'graphql'
import { OBJECT_MERGES } from '../../../schema/client-caches.js'

const LINE_LENGTH = 100

/** Which object types a cache knows by their id. */
interface CacheKeys {
  /** Types without an id. */
  readonly without: readonly string[]
  /** Types whose id may be null: such an object has no key then. */
  readonly nullable: readonly string[]
}

/** Reads the keys of all object types but the roots from the schema for clients. */
export function cacheKeysOf(schema: GraphQLSchema): CacheKeys {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const types = Object.values(schema.getTypeMap())
    .filter((type): type is GraphQLObjectType => isObjectType(type))
    .filter((type) => !type.name.startsWith('_') && !roots.includes(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const idOf = (type: GraphQLObjectType) => type.getFields()['id']
  const named = (chosen: (type: GraphQLObjectType) => boolean) => types.filter(chosen).map(({ name }) => name)
  return {
    without: named((type) => idOf(type) === undefined),
    nullable: named((type) => idOf(type) !== undefined && !isNonNullType(idOf(type)!.type)),
  }
}

/** A list of texts in lines of at most `LINE_LENGTH` characters. */
function lines(names: readonly string[]): string {
  const rows: string[] = []
  for (const name of names) {
    const item = `'${name}',`
    const last = rows.at(-1)
    if (last !== undefined && last.length + 1 + item.length <= LINE_LENGTH) rows[rows.length - 1] = `${last} ${item}`
    else rows.push(`  ${item}`)
  }
  return rows.join('\n')
}

const members = (indent: string): string =>
  Object.entries(OBJECT_MERGES)
    .map(([type, merge]) => `${indent}${type}: { merge: ${merge} },`)
    .join('\n')

const javascript = (code: string): string => `\`\`\`js\n${code}\n\`\`\`\n`

/** The options of Apollo Client, as the page on client caches shows them. */
export const apolloBlock = (): string =>
  javascript(`const cache = new InMemoryCache({
  typePolicies: {
${members('    ')}
  },
})`)

/** The options of urql's graphcache, as the page on client caches shows them. */
export const urqlBlock = ({ without, nullable }: CacheKeys): string =>
  javascript(`const typesWithoutKey = [
${lines(without)}
]

const cache = cacheExchange({
  keys: {
    ...Object.fromEntries(typesWithoutKey.map((type) => [type, () => null])),
${nullable.map((type) => `    ${type}: ({ id }) => id ?? null,`).join('\n')}
  },
})`)

/** The module of the TypeScript client that holds the same decisions. */
export const cachesModule = ({
  without,
  nullable,
}: CacheKeys): string => `/** Types without an id: objects of them belong to the object above them. */
export const TYPES_WITHOUT_KEY = [
${lines(without)}
] as const

/** Types whose id may be null: such an object has no key then. */
export const TYPES_WITH_NULLABLE_KEY = [
${lines(nullable)}
] as const

/** Whether Apollo Client merges two selections of one object of the type, or replaces it as a whole. */
export const OBJECT_MERGES = {
${members('  ').replaceAll(/\{ merge: (\w+) \}/g, '$1')}
} as const
`
