import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { listContract, rowReader } from '../../http/list-contract.js'
import { AnyList, Optional, OptionalObject, OptionalText } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: customers and their attributes.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Customer
 * A customer has two formats (v3.1.0 with instants, v3.0.0 with dates); one contract accepts both.
 */

const Attribute = Type.Object({
  customer_attribute_id: Type.String({ minLength: 1 }),
  name: OptionalText,
  type: Type.String(),
  value: OptionalText,
})

const Customer = Type.Object({
  bank_id: Type.String(),
  customer_id: Type.String({ minLength: 1 }),
  customer_number: Type.String(),
  legal_name: OptionalText,
  mobile_phone_number: OptionalText,
  email: OptionalText,
  face_image: OptionalObject({ url: OptionalText, date: OptionalText }),
  date_of_birth: OptionalText,
  relationship_status: OptionalText,
  dependants: Optional(Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 })),
  dob_of_dependants: Optional(AnyList),
  credit_rating: OptionalObject({ rating: OptionalText, source: OptionalText }),
  credit_limit: OptionalObject({ currency: OptionalText, amount: OptionalText }),
  highest_education_attained: OptionalText,
  employment_status: OptionalText,
  kyc_status: Type.Boolean(),
  last_ok_date: OptionalText,
  title: OptionalText,
  branch_id: OptionalText,
  name_suffix: OptionalText,
  // Only in some responses; then all attributes of the customer at the bank.
  customer_attributes: Optional(AnyList),
})

export const answers = {
  customer: contract(Customer),
  customers: listContract('customers', Customer),
  attribute: contract(Attribute),
  attributes: listContract('customer_attributes', Attribute),
}

/** Reads the attributes within a customer, each by itself. */
export const readAttributes = rowReader(Attribute)

export type ObpCustomer = Static<typeof Customer>
export type ObpAttribute = Static<typeof Attribute>

/** The body that creates a customer. Every member is required; null and '' stand for unknown values. */
export interface CustomerBody {
  legal_name: string
  mobile_phone_number: string
  email: string
  face_image: { url: string | null; date: string | null }
  date_of_birth: string
  relationship_status: string
  /** The length of `dob_of_dependants`. */
  dependants: number
  dob_of_dependants: string[]
  credit_rating: { rating: string | null; source: string | null }
  credit_limit: { currency: string | null; amount: string | null }
  highest_education_attained: string
  employment_status: string
  kyc_status: boolean
  last_ok_date: string
  title: string
  branch_id: string
  name_suffix: string
}

export interface AttributeBody {
  name: string
  type: string
  value: string
}

/** The attributes that link a customer to the same human being's records at other providers, by the graph's names. */
export const LINKS = {
  personId: 'SYNCTERA_PERSON_ID',
  bankingCustomerId: 'APITURE_BANKING_CUSTOMER_ID',
  seiExternalId: 'SEI_EXTERNAL_ID',
} as const

/** An attribute that customers are searched by. */
export type AttributePair = readonly [name: string, value: string]

/** Characters of a search's query at most: a longer URL is not documented to work. */
export const MAX_QUERY_LENGTH = 6000

/** The widest filter of dates that the provider accepts. */
export const EARLIEST = '0001-01-01T00:00:00.000Z'
export const LATEST = '9999-12-31T23:59:59.999Z'
