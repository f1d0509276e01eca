// What the classes of cost weigh. Which class a field has stands at its resolver: `@Cost('several')` in `resolvers/`;
// that of a type or an input field stands in its schema file.
import 'reflect-metadata'
import { Directive } from 'type-graphql'

/**
 * Weights of `@cost`, in points. A field without a weight costs 0 (scalar) or 1 (object), the defaults of the cost
 * specification. Calls to a provider weigh more than data.
 */
export const WEIGHTS = {
  /** A batched call: it serves other rows of the operation too. */
  shared: 2,
  /** One call. */
  call: 5,
  /** Several calls, or one call that lists all records of a bank. */
  several: 20,
  /** A write: the customer is read first, and the outcome may be stored. */
  write: 10,
  /** A write that the provider bills or that takes long. */
  dear: 50,
} as const

/** `@cost`: the weight of a field without its selections, for this server and for a federation router. Stands on the fields in `resolvers/`. */
export const Cost = (weight: keyof typeof WEIGHTS) => Directive(`@cost(weight: ${WEIGHTS[weight]})`)

/** Either an assumed size or slicing arguments with defaults: composition refuses both on one field. */
type Size =
  | {
      /** The size of a list without slicing arguments: the usual one, or the maximum where it is small. */
      readonly assumedSize: number
    }
  | {
      /** Arguments that set the size, each with a default. All are of type Int: composition accepts no other type. */
      readonly slicingArguments: readonly string[]
      /** Fields of the result that have this size, where the result itself is not a list. */
      readonly sizedFields?: readonly string[]
    }

/** `@listSize`: the expected length of a list, for this server and for a federation router. */
export const ListSize = (size: Size) => {
  const args = Object.entries(size).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return Directive(`@listSize(${[...args, 'requireOneSlicingArgument: false'].join(', ')})`)
}

/** `@listSize` of a connection. */
export const PageSize = () => ListSize({ slicingArguments: ['first'], sizedFields: ['edges', 'nodes'] })

/** `@listSize` of a list without pages that the argument `first` truncates. */
export const FirstArgument = () => ListSize({ slicingArguments: ['first'] })
