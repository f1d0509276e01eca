import type { GraphQLField } from 'graphql'

/** Fields with a resolver that answers a plain member of the parent, and only tells what was left out of it. */
const TELLING = new WeakSet<GraphQLField<unknown, unknown>>()

/** Called for a field whose resolver answers a plain member. */
export const markPlainMember = (field: GraphQLField<unknown, unknown>): void => void TELLING.add(field)

/** True for a field whose value is a plain member of its parent: what the parent's query answered. */
export const isPlainMember = (field: GraphQLField<unknown, unknown>): boolean =>
  field.resolve === undefined || TELLING.has(field)
