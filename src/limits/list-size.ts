import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type FieldNode,
  type GraphQLField,
  Kind,
  valueFromASTUntyped,
} from 'graphql'

export type Variables = Readonly<Record<string, unknown>>

/** A number, or a function of the variables. */
export type Count = number | ((variables: Variables) => number)

/** The assumed number of items of a list whose size the schema does not declare. */
const ASSUMED_SIZE = 5
/** An upper bound that keeps products of sizes finite. It is far above what the limits allow. */
const MAX_SIZE = 1_000_000

/** The arguments of `@listSize` (cost specification) on one field. */
interface ListSize {
  readonly assumedSize?: number
  /** Arguments, or paths into them, that set the number of items: by their value, or by the length of a list. */
  readonly slicingArguments?: readonly string[]
  /** The fields of the result that have this length, where the field itself is not a list. */
  readonly sizedFields?: readonly string[]
}

interface Directed {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
}

/** The arguments of a directive on a schema element; undefined without the directive. */
export function directive(element: Directed, name: string): Record<string, unknown> | undefined {
  const found = element.astNode?.directives?.find((candidate) => candidate.name.value === name)
  return (
    found &&
    Object.fromEntries(
      found.arguments?.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]) ?? [],
    )
  )
}

/** The list size that the schema declares for a field. `_entities` of federation returns one item for each representation. */
export const listSizeOf = (field: GraphQLField<unknown, unknown>): ListSize =>
  directive(field, 'listSize') ?? (field.name === '_entities' ? { slicingArguments: ['representations'] } : {})

/** True for a number that fits the type Int; with any other, the operation is refused before it runs. */
const isInt = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31

/** The length that an argument value sets: a number is the length, a list counts its items, another value counts as one. */
function lengthOf(value: unknown, path: readonly string[]): number | undefined {
  const [member, ...rest] = path
  if (value === null || value === undefined) return undefined
  if (member !== undefined) return lengthOf((value as Readonly<Record<string, unknown>>)[member], rest)
  const length = Array.isArray(value) ? value.length : typeof value === 'number' ? (isInt(value) ? value : 0) : 1
  return Math.min(Math.max(length, 0), MAX_SIZE)
}

/** The number of items that a field returns, from its arguments, the variables and the defaults of the schema. */
export function sizeOf(field: GraphQLField<unknown, unknown>, { arguments: args = [] }: FieldNode): Count {
  const { assumedSize = ASSUMED_SIZE, slicingArguments = [] } = listSizeOf(field)
  if (slicingArguments.length === 0) return assumedSize

  const slices = slicingArguments.map((slicing) => {
    const [name = '', ...path] = slicing.split('.')
    const argument: ArgumentNode | undefined = args.find((candidate) => candidate.name.value === name)
    return {
      argument,
      path,
      fallback: lengthOf(field.args.find((candidate) => candidate.name === name)?.defaultValue, path),
    }
  })

  const size = (variables: Variables): number => {
    const requested = slices.flatMap(({ argument, path }) =>
      argument ? (lengthOf(valueFromASTUntyped(argument.value, variables), path) ?? []) : [],
    )
    const lengths = requested.length > 0 ? requested : slices.flatMap(({ fallback }) => fallback ?? [])
    return lengths.length > 0 ? Math.max(...lengths) : assumedSize
  }
  return slices.every(({ argument }) => argument === undefined || argument.value.kind === Kind.INT) ? size({}) : size
}
