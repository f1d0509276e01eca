import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { FieldCollector, fragmentsOf } from '../graphql/field-collector.js'
import { fieldOf, weightOfField, weightOfType } from './field-weights.js'
import { inputCostOf } from './input-cost.js'
import { type Count, listSizeOf, sizeOf, type Variables } from './list-size.js'
import { OperationFormulas } from './operation-formulas.js'

/** The maximum cost of one operation: a page of a hundred customers with all their collections. */
export const MAX_COST = 25_000

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const product = (numbers: readonly number[]) => numbers.reduce((total, number) => total * number, 1)
const max = (numbers: readonly number[]) => Math.max(0, ...numbers)

/** Combines counts; counts that do not depend on variables are combined at once. */
function combine(counts: readonly Count[], how: (numbers: readonly number[]) => number): Count {
  if (counts.every((count) => typeof count === 'number')) return how(counts)
  return (variables) => how(counts.map((count) => (typeof count === 'number' ? count : count(variables))))
}

/** A list length that the parent field sets (`sizedFields`), and the fields that have this length. */
interface InheritedSize {
  readonly fields: readonly string[]
  readonly size: Count
}

/** Cost formula of one operation, for given values of `@skip` and `@include`: a sum over its selections. */
class CostFormula {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly collector: FieldCollector,
  ) {}

  /** The cost of an operation: a number, or a function of the variables. */
  costOfOperation({ selectionSet, operation }: OperationDefinitionNode): Count {
    return this.#costOf([selectionSet], this.schema.getRootType(operation)!)
  }

  /** The cost of selections on a type; of an abstract type the member with the highest cost counts. */
  #costOf(sets: readonly SelectionSetNode[], type: GraphQLCompositeType, inherited?: InheritedSize): Count {
    const members = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]
    return combine(
      members.map((member) =>
        combine(
          [...this.collector.collect(sets, member).values()].map((nodes) =>
            this.#costOfField(nodes, member, inherited),
          ),
          sum,
        ),
      ),
      max,
    )
  }

  #costOfField(nodes: readonly FieldNode[], parent: GraphQLObjectType, inherited: InheritedSize | undefined): Count {
    const [node] = nodes
    const field = node && fieldOf(parent, node.name.value)
    if (!field) return 0
    const type = getNamedType(field.type)
    const isList = isListType(getNullableType(field.type))
    const { sizedFields } = listSizeOf(field)
    const size = !isList ? 1 : inherited?.fields.includes(field.name) ? inherited.size : sizeOf(field, node)
    const selections = isCompositeType(type)
      ? this.#costOf(
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
          type,
          sizedFields && { fields: sizedFields, size: sizeOf(field, node) },
        )
      : 0
    const item = combine([weightOfType(this.schema, type), selections], sum)
    return combine([weightOfField(field), inputCostOf(field, node), combine([size, item], product)], sum)
  }
}

/**
 * Query cost: estimates an operation before it is executed, by the cost specification
 * (https://ibm.github.io/graphql-specs/cost-spec.html): the `@cost` of a field for each call, that of each member of its
 * input, and the weight of its type (1, of scalars 0) for each object in its result. Selections beyond a hundred
 * cost too. The minimum is 1. What does not depend on the variables is computed once for each document.
 */
export function createCostEstimator(
  schema: GraphQLSchema,
): (document: DocumentNode, operation: OperationDefinitionNode, variables: Variables) => number {
  const operations = new OperationFormulas((document, operation, conditions) =>
    new CostFormula(schema, new FieldCollector(schema, fragmentsOf(document), conditions)).costOfOperation(operation),
  )
  return (document, operation, given) => {
    const { formula, variables, selections } = operations.find(document, operation, given)
    return Math.max(1, Math.ceil(selections + (typeof formula === 'number' ? formula : formula(variables))))
  }
}
