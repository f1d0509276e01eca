import 'reflect-metadata'
import { Field, ID, ObjectType } from 'type-graphql'

@ObjectType({ description: 'The caller.' })
export class Viewer {
  @Field(() => ID, { description: "The token's subject." })
  id!: string

  @Field(() => [String], { description: 'The scopes of the token.' })
  scopes!: string[]
}
