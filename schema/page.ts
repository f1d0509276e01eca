import 'reflect-metadata'
import { IsOptional, IsInt, Min, Max } from 'class-validator'
import { Directive, ObjectType, Field, Int, ArgsType } from 'type-graphql'

@Directive('@shareable')
@ObjectType({ description: 'The position of a page in a Relay connection.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'True when `after: endCursor` returns at least one more item.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'True when the page was requested with `after`.' })
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge; null on an empty page.' })
  startCursor!: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor after which the next page begins: that of the last edge, or a later one when rows after it were filtered out. Null on an empty page without such rows.',
  })
  endCursor!: string | null
}

export const DEFAULT_PAGE = 20

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_PAGE,
    description: 'The maximum number of items, 1 to 100.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  first?: number | null

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor after which the page begins: the `endCursor` of the previous page. The first page when omitted.',
  })
  after?: string | null
}

/** One page of a connection, as a provider folder returns it. */
export interface Page<Node> {
  readonly nodes: readonly Node[]
  /** The cursor behind `nodes[i]`. Most callers ask for none but the last. */
  readonly cursorAt: (i: number) => string
  /** The cursor behind the last row, also where that one was filtered out; null for a page without rows. */
  readonly endCursor: string | null
  /** The errors of rows that could not be read and are not among the nodes. */
  readonly leftOut?: readonly Error[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}
