import 'reflect-metadata'
import { Directive } from 'type-graphql'
import { DEFAULT_PAGE } from './shared.js'

/**
 * Points that a field costs. Where nothing is said a scalar costs 0 and an object 1, as the cost directives have it;
 * what a field sets in motion at a provider costs more than what it answers.
 */
export const WEIGHTS = {
  /** Answered by a call that serves other rows of the operation too. */
  shared: 2,
  /** A call of its own. */
  call: 5,
  /** Several calls, or one that lists a whole bank. */
  several: 20,
  /** A write: the customer is read before, and an outcome may be kept. */
  write: 10,
  /** A write that is billed, or that a provider takes long over. */
  dear: 50,
} as const

/** Tells server and router what a field costs, beside what is selected below it. */
export const Cost = (weight: keyof typeof WEIGHTS) => Directive(`@cost(weight: ${WEIGHTS[weight]})`)

interface Size {
  /** How many are assumed where no argument says so: what is usual, or the most where that is little. */
  readonly assumedSize: number
  /** Arguments that say how many, whole numbers all: composition takes no others. */
  readonly slicingArguments?: readonly string[]
  /** Lists of the answer that are this long, where the answer itself is none. */
  readonly sizedFields?: readonly string[]
}

/** Tells server and router how long a list is, as far as can be known before it is there. */
export const ListSize = (size: Size) => {
  const said = Object.entries(size).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return Directive(`@listSize(${[...said, 'requireOneSlicingArgument: false'].join(', ')})`)
}

/** A page of a connection. */
export const PageSize = () =>
  ListSize({ assumedSize: DEFAULT_PAGE, slicingArguments: ['first'], sizedFields: ['edges', 'nodes'] })

/** A list without pages, cut by `first`. */
export const FirstOf = (assumedSize: number) => ListSize({ assumedSize, slicingArguments: ['first'] })
