import 'reflect-metadata'
import { Field, ID, ObjectType } from 'type-graphql'

@ObjectType({ description: 'The caller.' })
export class Viewer {
  @Field(() => ID, { description: "The token's subject." })
  id!: string

  @Field(() => [String], { description: 'The scopes of the token.' })
  scopes!: string[]

  @Field(() => Boolean, {
    description:
      "True when the caller sees personal values of everybody (`pii:read`). Otherwise masked values are listed in `extensions.masked` of each answer; the caller's own records may be shown in full.",
  })
  seesPersonalData!: boolean
}
