import { type TProperties, type TSchema, Type } from '@sinclair/typebox'

/** A member that may be absent or null. */
export const Optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** A text member that may be absent or null. */
export const OptionalText = Optional(Type.String())

/** An object member that may be absent or null. */
export const OptionalObject = <Members extends TProperties>(members: Members) => Optional(Type.Object(members))
