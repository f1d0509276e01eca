import { getMetadataStorage as validations } from 'class-validator'
import { getMetadataStorage as metadata } from 'type-graphql'

/** The items of a list that declares no limit of its own. */
export const DEFAULT_MAX_ITEMS = 100
/** References in one request of a federation router: several pages of another subgraph. */
export const MAX_REPRESENTATIONS = 1_000

interface Declaration {
  readonly name: string
  readonly propertyName: string
  readonly constraints: readonly unknown[]
}

/** The limits that `@ArrayMaxSize` declares in a class, by member. */
function limitsOf(target: object): ReadonlyMap<string, number> {
  const declared = validations().getTargetValidationMetadatas(target as () => unknown, '', false, false)
  return new Map(
    (declared as unknown as readonly Declaration[])
      .filter(({ name }) => name === 'arrayMaxSize')
      .map(({ propertyName, constraints }) => [propertyName, Number(constraints[0])]),
  )
}

/**
 * The largest number of items of each list of the input that declares one, by the type and member, or by the type, field
 * and argument: `PersonFilter.ids`, `Query.customersByAttributes.attributes`.
 */
export function declaredListLimits(): ReadonlyMap<string, number> {
  const limits = new Map([['Query._entities.representations', MAX_REPRESENTATIONS]])
  const add = (owner: string, target: object) => {
    for (const [member, max] of limitsOf(target)) limits.set(`${owner}.${member}`, max)
  }
  const { inputTypes, queries, mutations, fieldResolvers } = metadata()
  for (const { name, target } of inputTypes) add(name, target)
  const fields = [
    ...queries.map((field) => ['Query', field] as const),
    ...mutations.map((field) => ['Mutation', field] as const),
    ...fieldResolvers.map((field) => [(field.getObjectType!() as { name: string }).name, field] as const),
  ]
  for (const [type, { schemaName, params = [] }] of fields)
    for (const param of params) if (param.kind === 'args') add(`${type}.${schemaName}`, param.getType() as object)
  return limits
}
