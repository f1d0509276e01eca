import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { conditionsOf, fragmentsOf } from '../graphql/field-collector.js'
import type { Variables } from './list-size.js'

/** Selections that are free, and those beyond that cost a point: also what is merged into one field takes its time. */
const FREE_SELECTIONS = 100
const SELECTIONS_PER_POINT = 20
/** The maximum number of formulas that are kept for one operation, by the outcome of its `@skip` and `@include`. */
const MAX_CACHED_FORMULAS = 16

/** The selections of a set; a fragment counts each time it is spread, which the limits of documents bound. */
function selectionsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  let count = selections.length
  for (const selection of selections) {
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments.get(selection.name.value)?.selectionSet
        : selection.selectionSet
    if (inner) count += selectionsOf(inner, fragments)
  }
  return count
}

/** The formulas of one operation. */
interface CachedOperation<Formula> {
  /** The points of its selections. */
  readonly selections: number
  /** Undefined where no variable has one. */
  readonly defaults: Variables | undefined
  readonly conditions: readonly string[]
  readonly formulas: Map<string, Formula>
}

function prepareOperation<Formula>(
  document: DocumentNode,
  { variableDefinitions, selectionSet }: OperationDefinitionNode,
): CachedOperation<Formula> {
  const paid = Math.max(0, selectionsOf(selectionSet, fragmentsOf(document)) - FREE_SELECTIONS)
  const defaults =
    variableDefinitions?.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
    ) ?? []
  return {
    selections: paid / SELECTIONS_PER_POINT,
    defaults: defaults.length > 0 ? Object.fromEntries(defaults) : undefined,
    conditions: conditionsOf(document),
    formulas: new Map(),
  }
}

/** Makes a formula of an operation for given values of its `@skip` and `@include`. */
type MakeFormula<Formula> = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Variables,
) => Formula

/** A formula, and what it is applied to. */
interface Found<Formula> {
  readonly formula: Formula
  /** Those that were given, over the defaults. */
  readonly variables: Variables
  /** The points of the operation's selections. */
  readonly selections: number
}

/** The formulas of operations: each is made once for each outcome of the operation's `@skip` and `@include`. */
export class OperationFormulas<Formula> {
  readonly #operations = new WeakMap<OperationDefinitionNode, CachedOperation<Formula>>()
  readonly #make: MakeFormula<Formula>

  constructor(make: MakeFormula<Formula>) {
    this.#make = make
  }

  find(document: DocumentNode, operation: OperationDefinitionNode, given: Variables): Found<Formula> {
    let cached = this.#operations.get(operation)
    if (cached === undefined) this.#operations.set(operation, (cached = prepareOperation(document, operation)))
    const { selections, defaults, conditions, formulas } = cached
    const variables = defaults ? { ...defaults, ...given } : given
    let key = ''
    for (const name of conditions) key += variables[name] === true ? '1' : '0'
    let formula = formulas.get(key)
    if (formula === undefined) {
      const values = Object.fromEntries(conditions.map((name) => [name, variables[name] === true]))
      formula = this.#make(document, operation, values)
      if (formulas.size < MAX_CACHED_FORMULAS) formulas.set(key, formula)
    }
    return { formula, variables, selections }
  }
}
