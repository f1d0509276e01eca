import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { FieldCollector, fragmentsOf } from '../graphql/field-collector.js'
import { fieldOf, weightOfField, weightOfType } from './field-weights.js'
import { inputCostOf } from './input-cost.js'
import type { Count, Variables } from './list-size.js'
import { OperationFormulas } from './operation-formulas.js'

/** The cost of an object in a result: of itself, of the calls of its fields, and of the objects below it. */
interface ObjectCost {
  readonly weight: number
  /** The inputs of its fields that depend on the variables. */
  readonly inputs: readonly Exclude<Count, number>[]
  readonly below: readonly (readonly [responseKey: string, cost: ValueCost])[]
}

/** The cost of the values at one place of a result, by the names of their types. */
type ValueCost = ReadonlyMap<string, ObjectCost>

const FREE: ObjectCost = { weight: 0, inputs: [], below: [] }

/** Makes the costs of the places of a result, for given values of `@skip` and `@include`. */
class ResultCost {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly collector: FieldCollector,
  ) {}

  ofOperation({ selectionSet, operation }: OperationDefinitionNode): ValueCost {
    const root = this.schema.getRootType(operation)!
    return new Map([[root.name, this.#ofObject([selectionSet], root, 0)]])
  }

  /** Undefined for values that cost nothing. */
  #ofValue(nodes: readonly FieldNode[], type: GraphQLNamedType): ValueCost | undefined {
    const own = weightOfType(this.schema, type)
    if (!isCompositeType(type)) return own > 0 ? new Map([[type.name, { ...FREE, weight: own }]]) : undefined
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const members = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]
    return new Map(
      members.map((member) => [member.name, this.#ofObject(sets, member, weightOfType(this.schema, member))]),
    )
  }

  #ofObject(sets: readonly SelectionSetNode[], type: GraphQLObjectType, ownWeight: number): ObjectCost {
    let weight = ownWeight
    const inputs: Exclude<Count, number>[] = []
    const below: [string, ValueCost][] = []
    for (const [responseKey, nodes] of this.collector.collect(sets, type)) {
      const [node] = nodes
      const field = node && fieldOf(type, node.name.value)
      if (!field) continue
      weight += weightOfField(field)
      const input = inputCostOf(field, node)
      if (typeof input === 'number') weight += input
      else inputs.push(input)
      const cost = this.#ofValue(nodes, getNamedType(field.type))
      if (cost !== undefined) below.push([responseKey, cost])
    }
    return { weight, inputs, below }
  }
}

/** Adds up a result; an object of an abstract type whose `__typename` is not asked for counts as the most expensive member. */
function costOfValue(value: unknown, cost: ValueCost, variables: Variables): number {
  if (value === null || value === undefined) return 0
  if (Array.isArray(value)) {
    let sum = 0
    for (const item of value) sum += costOfValue(item, cost, variables)
    return sum
  }
  const object = value as Readonly<Record<string, unknown>>
  const typename = cost.size > 1 ? cost.get(String(object['__typename'])) : undefined
  let most = 0
  for (const candidate of typename ? [typename] : cost.values()) {
    let sum = candidate.weight
    for (const input of candidate.inputs) sum += input(variables)
    for (const [responseKey, below] of candidate.below) sum += costOfValue(object[responseKey], below, variables)
    if (sum > most) most = sum
  }
  return most
}

/**
 * Actual cost: what a result cost by the same weights as the estimate, the `@cost` of each field for each object that
 * it was called of, and 1 for each object that was answered. Lists count with the length that they have. It says
 * nothing of a cache: a field that needed no provider costs its weight too.
 */
export function createActualCost(
  schema: GraphQLSchema,
): (document: DocumentNode, operation: OperationDefinitionNode, variables: Variables, data: unknown) => number {
  const operations = new OperationFormulas((document, operation, conditions) =>
    new ResultCost(schema, new FieldCollector(schema, fragmentsOf(document), conditions)).ofOperation(operation),
  )
  return (document, operation, given, data) => {
    const { formula, variables, selections } = operations.find(document, operation, given)
    return Math.max(1, Math.ceil(selections + costOfValue(data, formula, variables)))
  }
}
