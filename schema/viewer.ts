import 'reflect-metadata'
import { Field, ID, ObjectType } from 'type-graphql'

@ObjectType({ description: 'The caller, as the access token describes it.' })
export class Viewer {
  @Field(() => ID, { description: 'The subject of the token.' })
  id!: string

  @Field(() => [String], { description: 'The scopes of the token, in alphabetical order.' })
  scopes!: string[]

  @Field(() => Boolean, {
    description:
      "True when the caller sees all personal values (scope `pii:read`). Otherwise `extensions.masked` of each response lists the masked values; the caller's own records may be visible in full.",
  })
  seesPersonalData!: boolean
}
