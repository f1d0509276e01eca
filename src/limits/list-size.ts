import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type FieldNode,
  type GraphQLField,
  Kind,
  valueFromASTUntyped,
} from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'

export type Variables = Readonly<Record<string, unknown>>

/** A number, or what the variables make of it. */
export type Count = number | ((variables: Variables) => number)

/** How many items a list is taken to have when the schema does not say. */
const ASSUMED_SIZE = 5
/** Keeps products of sizes finite; far more than may be asked for. */
const LARGEST_SIZE = 1_000_000

/** `@listSize` of the cost specification, as one field has it. */
export interface ListSize {
  readonly assumedSize?: number
  /** Arguments, or paths into them, that say how many items come: by their number, or by their length. */
  readonly slicingArguments?: readonly string[]
  /** The fields of the answer that are that long, where the field itself is no list. */
  readonly sizedFields?: readonly string[]
  readonly requireOneSlicingArgument?: boolean
}

interface Directed {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
}

/** The arguments of a directive where the schema has it. */
export function directive(on: Directed, name: string): Record<string, unknown> | undefined {
  const found = on.astNode?.directives?.find((candidate) => candidate.name.value === name)
  return (
    found &&
    Object.fromEntries(
      found.arguments?.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]) ?? [],
    )
  )
}

/** What is known of a field's length. Federation's own `_entities` answers as many as it is given. */
export const listSizeOf = (field: GraphQLField<unknown, unknown>): ListSize =>
  directive(field, 'listSize') ?? (field.name === '_entities' ? { slicingArguments: ['representations'] } : {})

/** The length that a value asks for; a list counts its items, and what is no list becomes a list of one. */
function lengthOf(value: unknown, path: readonly string[]): number | undefined {
  const [member, ...rest] = path
  if (value === null || value === undefined) return undefined
  if (member !== undefined) return lengthOf((value as Readonly<Record<string, unknown>>)[member], rest)
  const length = Array.isArray(value) ? value.length : typeof value === 'number' ? value : 1
  return Math.min(Math.max(length, 0), LARGEST_SIZE)
}

/** How many items a field answers, by its arguments in the operation, the variables and the schema's defaults. */
export function sizeOf(field: GraphQLField<unknown, unknown>, { arguments: given = [] }: FieldNode): Count {
  const { assumedSize = ASSUMED_SIZE, slicingArguments = [], requireOneSlicingArgument = true } = listSizeOf(field)
  if (slicingArguments.length === 0) return assumedSize

  const slices = slicingArguments.map((slicing) => {
    const [name = '', ...path] = slicing.split('.')
    const argument: ArgumentNode | undefined = given.find((candidate) => candidate.name.value === name)
    return {
      argument,
      path,
      fallback: lengthOf(field.args.find((candidate) => candidate.name === name)?.defaultValue, path),
    }
  })

  const size = (variables: Variables): number => {
    const asked = slices.flatMap(({ argument, path }) =>
      argument ? (lengthOf(valueFromASTUntyped(argument.value, variables), path) ?? []) : [],
    )
    const known = asked.length > 0 ? asked : slices.flatMap(({ fallback }) => fallback ?? [])
    if (requireOneSlicingArgument && (asked.length > 1 || known.length === 0)) {
      throw new ApiError('QUERY_TOO_COMPLEX', {
        message: `${field.name} needs exactly one of: ${slicingArguments.join(', ')}.`,
      })
    }
    return known.length > 0 ? Math.max(...known) : assumedSize
  }
  return slices.every(({ argument }) => argument === undefined || argument.value.kind === Kind.INT) ? size({}) : size
}
