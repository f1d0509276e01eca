import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { MASK_SENTENCES, type PiiDecision } from '../../schema/pii.js'
import {
  argumentDecisions,
  type FieldGroups,
  inputDecisions,
  outputDecisions,
  type PiiGroup,
  piiGroups,
} from '../../schema/field-masks.js'

/** Decisions by group, in lists of names. */
interface Lists {
  readonly outputs: Readonly<Record<string, FieldGroups>>
  readonly inputs: Readonly<Record<string, FieldGroups>>
  readonly arguments: Readonly<Record<string, FieldGroups>>
}

const LISTS: Lists = { outputs: outputDecisions, inputs: inputDecisions, arguments: argumentDecisions }

/** The group of each listed name; reports names that are listed twice. */
function groupsOf(owner: string, groups: FieldGroups, problems: string[]): ReadonlyMap<string, PiiGroup> {
  const byName = new Map<string, PiiGroup>()
  for (const [group, names] of Object.entries(groups) as [PiiGroup, string][])
    for (const name of names.split(/\s+/)) {
      if (byName.has(name)) problems.push(`${owner}.${name} has two decisions`)
      byName.set(name, group)
    }
  return byName
}

/** True of a mask that a type can hold: null where it is nullable, else text or an empty list. */
function canHold({ mask }: PiiDecision, type: GraphQLOutputType): boolean {
  if (mask === undefined) return true
  if (!isNonNullType(type)) return mask === 'hidden' || String(type) === 'String'
  return (mask === 'hidden' && isListType(type.ofType)) || String(type.ofType) === 'String'
}

function problemOf(decision: PiiDecision, { type }: GraphQLField<unknown, unknown> | GraphQLInputField): string | null {
  const isComposite = isCompositeType(getNamedType(type)) || isInputObjectType(getNamedType(type))
  if (decision.category === 'composed')
    return isComposite ? null : 'groups no fields, so it needs a decision of its own'
  return null
}

/** What is said of a masked field in its description. */
function sentenceOf({ mask }: PiiDecision, type: GraphQLOutputType): string | undefined {
  if (mask === undefined) return undefined
  if (mask !== 'hidden' || !isNonNullType(type)) return MASK_SENTENCES[mask]
  return MASK_SENTENCES[isListType(type.ofType) ? 'emptied' : 'blanked']
}

/** One review of a schema: collects the problems, so that all are named at once. */
class Review {
  readonly problems: string[] = []
  readonly #lists: Lists
  readonly #used = new Set<FieldGroups>()

  constructor(lists: Lists) {
    this.#lists = lists
  }

  reviewOutputs(type: string, fields: readonly GraphQLField<unknown, unknown>[]): void {
    const groups = this.#groups(type, this.#lists.outputs[type], fields)
    for (const field of fields) {
      const group = groups.get(field.name)
      if (group !== undefined) this.#apply(type, field, piiGroups[group])
      const path = `${type}.${field.name}`
      // A mutation has one argument, which groups the members of its input.
      if (type !== 'Mutation') this.#groups(path, this.#lists.arguments[path], field.args)
    }
  }

  reviewInputs(type: string, fields: readonly GraphQLInputField[]): void {
    const groups = this.#groups(type, this.#lists.inputs[type], fields)
    for (const field of fields) {
      const group = groups.get(field.name)
      const problem = group && problemOf(piiGroups[group], field)
      if (problem) this.problems.push(`${type}.${field.name} ${problem}`)
    }
  }

  /** Names the decisions of types that the schema does not have. */
  end(): void {
    for (const lists of Object.values(this.#lists) as Lists[keyof Lists][])
      for (const [owner, groups] of Object.entries(lists))
        if (!this.#used.has(groups)) this.problems.push(`${owner} has a decision, and is not in the schema`)
  }

  /** The group of each field; names the fields without one, and the groups' names without a field. */
  #groups(
    owner: string,
    groups: FieldGroups = {},
    fields: readonly { readonly name: string }[],
  ): ReadonlyMap<string, PiiGroup> {
    this.#used.add(groups)
    const byName = groupsOf(owner, groups, this.problems)
    const names = new Set(fields.map(({ name }) => name))
    for (const name of names) if (!byName.has(name)) this.problems.push(`${owner}.${name} has no decision`)
    for (const name of byName.keys())
      if (!names.has(name)) this.problems.push(`${owner}.${name} has a decision, and is not in the schema`)
    return byName
  }

  /** Writes the mask into the field, where the masks and the trail read it, and into its description. */
  #apply(type: string, field: GraphQLField<unknown, unknown>, decision: PiiDecision): void {
    const problem = problemOf(decision, field)
    if (problem !== null) this.problems.push(`${type}.${field.name} ${problem}`)
    if (!canHold(decision, field.type))
      this.problems.push(`${type}.${field.name} cannot hold the mask ${decision.mask}: ${String(field.type)}`)
    if (decision.category === 'special' && decision.mask === undefined)
      this.problems.push(`${type}.${field.name} is special and has no mask`)
    if (decision.mask !== undefined) field.extensions = { ...field.extensions, pii: decision.mask }
    const sentence = sentenceOf(decision, field.type)
    if (sentence !== undefined) field.description = [field.description, sentence].filter(Boolean).join(' ')
  }
}

/**
 * Applies the decisions of `schema/field-masks.ts` to a schema: masks, and what the descriptions say of them. Throws
 * where a field has no decision, or a decision has no field: a new field would be shown to everyone.
 */
export function reviewPii(schema: GraphQLSchema, lists: Lists = LISTS): void {
  const review = new Review(lists)
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue
    if (isObjectType(type)) review.reviewOutputs(type.name, Object.values(type.getFields()))
    if (isInputObjectType(type)) review.reviewInputs(type.name, Object.values(type.getFields()))
  }
  review.end()
  if (review.problems.length > 0)
    throw new Error(`schema/field-masks.ts does not fit the schema:\n  ${review.problems.join('\n  ')}`)
}
