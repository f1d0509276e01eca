import 'reflect-metadata'
import { Matches } from 'class-validator'
import { Directive, Field, InputType, ObjectType, registerEnumType } from 'type-graphql'

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
