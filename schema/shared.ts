import 'reflect-metadata'
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator'
import { ArgsType, Directive, Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'

/** The REST providers behind the graph; `extensions.provider` of an error is one of them. */
export enum KycProvider {
  OPEN_BANK_PROJECT = 'OPEN_BANK_PROJECT',
  SYNCTERA = 'SYNCTERA',
  APITURE = 'APITURE',
  SEI = 'SEI',
  BANFICO = 'BANFICO',
}
registerEnumType(KycProvider, { name: 'KycProvider', description: 'The providers behind the graph.' })

export enum CustomerSortDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(CustomerSortDirection, {
  name: 'CustomerSortDirection',
  description: 'Smallest first or largest first.',
})

export enum PhoneNumberMatch {
  EXACT = 'EXACT',
  STARTS_WITH = 'STARTS_WITH',
  CONTAINS = 'CONTAINS',
}
registerEnumType(PhoneNumberMatch, {
  name: 'PhoneNumberMatch',
  description: 'How a text is compared, letter by letter; nothing in it stands for anything else.',
})

@Directive('@shareable')
@ObjectType({ description: 'Where a page of a Relay connection stands.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'True when `after: endCursor` would answer at least one more.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'True when the page was asked for with `after`.' })
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge; null on an empty page.' })
  startCursor!: string | null

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge; null on an empty page.' })
  endCursor!: string | null
}

@Directive('@shareable')
@ObjectType({ description: 'An amount of money; a decimal text, never a float.' })
export class MonetaryAmount {
  @Field(() => String, { description: 'ISO 4217.' })
  currency!: string

  @Field(() => String, { description: 'Decimal, such as `1000.00`.' })
  amount!: string
}

@InputType({ description: 'An amount of money; a decimal text, never a float.' })
export class MonetaryAmountInput {
  @Field(() => String, { description: 'ISO 4217, such as `EUR`.' })
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 currency such as EUR' })
  currency!: string

  @Field(() => String, { description: 'Decimal, such as `1000.00`.' })
  @Matches(/^-?\d{1,64}(\.\d{1,32})?$/, { message: 'must be a decimal number such as 1000.00' })
  amount!: string
}

export const DEFAULT_PAGE = 20

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: 'How many to answer, 1 to 100.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  first?: number | null

  @Field(() => String, { nullable: true, description: 'The `endCursor` of the page before.' })
  after?: string | null
}

/** One page of a connection, as a provider folder returns it; `cursors[i]` points behind `nodes[i]`. */
export interface Page<Node> {
  readonly nodes: readonly Node[]
  readonly cursors: readonly string[]
  /** The end cursor where it is not that of the last node: it points behind rows that were filtered out. */
  readonly endCursor?: string | null
  /** The errors of rows that could not be read and are not among the nodes. */
  readonly leftOut?: readonly Error[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}
