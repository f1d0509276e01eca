import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql'
import { directive } from './list-size.js'

/** The definition of a field; undefined for `__typename`: validation refuses all others that have none. */
export const fieldOf = (type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined =>
  type.getFields()[name] ?? [SchemaMetaFieldDef, TypeMetaFieldDef].find((meta) => meta.name === name)

const declaredWeight = (weighted: GraphQLField<unknown, unknown> | GraphQLNamedType, fallback: number): number =>
  Number(directive(weighted, 'cost')?.['weight'] ?? fallback)

/** The weight of a call of a field. */
export const weightOfField = (field: GraphQLField<unknown, unknown>): number => declaredWeight(field, 0)

/** The weight of each value of a type. Of an abstract type the highest counts: any member may come. */
export const weightOfType = (schema: GraphQLSchema, type: GraphQLNamedType): number =>
  isAbstractType(type)
    ? Math.max(0, ...schema.getPossibleTypes(type).map((member) => weightOfType(schema, member)))
    : declaredWeight(type, isCompositeType(type) ? 1 : 0)
