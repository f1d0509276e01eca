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
registerEnumType(KycProvider, {
  name: 'KycProvider',
  description: 'The providers behind this graph.',
  valuesConfig: {
    OPEN_BANK_PROJECT: { description: 'Open Bank Project: customers, KYC records and onboarding.' },
    SYNCTERA: { description: 'Synctera: persons and KYC verification.' },
    APITURE: { description: 'Apiture: account entitlements.' },
    SEI: { description: 'SEI: account attributes.' },
    BANFICO: { description: 'Banfico: account verification.' },
  },
})

export enum CustomerSortDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(CustomerSortDirection, {
  name: 'CustomerSortDirection',
  description: 'The directions of a sort order.',
  valuesConfig: {
    ASC: { description: 'Ascending: smallest or oldest first.' },
    DESC: { description: 'Descending: largest or newest first.' },
  },
})

export enum PhoneNumberMatch {
  EXACT = 'EXACT',
  STARTS_WITH = 'STARTS_WITH',
  CONTAINS = 'CONTAINS',
}
registerEnumType(PhoneNumberMatch, {
  name: 'PhoneNumberMatch',
  description: 'The ways to compare phone numbers. The search text has no wildcards.',
  valuesConfig: {
    EXACT: { description: 'The numbers are equal.' },
    STARTS_WITH: { description: 'The number begins with the search text.' },
    CONTAINS: { description: 'The number contains the search text.' },
  },
})

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

@Directive('@shareable')
@ObjectType({ description: 'An amount of money. The amount is decimal text, never a floating-point number.' })
export class MonetaryAmount {
  @Field(() => String, { description: 'The ISO 4217 currency code, such as `EUR`.' })
  currency!: string

  @Field(() => String, { description: 'The amount in decimal notation, such as `1000.00`.' })
  amount!: string
}

@InputType({ description: 'An amount of money. The amount is decimal text, never a floating-point number.' })
export class MonetaryAmountInput {
  @Field(() => String, { description: 'The ISO 4217 currency code, such as `EUR`.' })
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 currency such as EUR' })
  currency!: string

  @Field(() => String, {
    description:
      'The amount in decimal notation, such as `1000.00`: at most 64 digits before and 32 digits after the point.',
  })
  @Matches(/^-?\d{1,64}(\.\d{1,32})?$/, { message: 'must be a decimal number such as 1000.00' })
  amount!: string
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
