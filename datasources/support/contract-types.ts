import { FormatRegistry, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { toInstant } from '../../schema/scalars.js'

FormatRegistry.Set('instant', (text) => toInstant(text) !== undefined)

/** A time stamp that must be there: the schema promises it, and another text must not pass for one. */
export const Instant = Type.String({ format: 'instant' })

/** A member that may be absent or null. */
export const Optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** A text member that may be absent or null. */
export const OptionalText = Optional(Type.String())

/** An object member that may be absent or null. */
export const OptionalObject = <Members extends TProperties>(members: Members) => Optional(Type.Object(members))

/** A list of which each element is read by itself, so that an odd one does not make the whole answer malformed. */
export const AnyList = Type.Array(Type.Unknown())
