import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/client.js'
import { Maybe, Text } from '../codecs.js'

/**
 * Open Bank Project v4.0.0: customers and their attributes.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Customer
 * The same customer is printed in two shapes (v3.1.0 with instants, v3.0.0 with days); one contract takes both.
 */

const Attribute = Type.Object({
  customer_attribute_id: Type.String({ minLength: 1 }),
  name: Type.String(),
  type: Type.String(),
  value: Text,
})

const Customer = Type.Object({
  bank_id: Type.String(),
  customer_id: Type.String({ minLength: 1 }),
  customer_number: Type.String(),
  legal_name: Text,
  mobile_phone_number: Text,
  email: Text,
  face_image: Maybe({ url: Text, date: Text }),
  date_of_birth: Text,
  relationship_status: Text,
  dependants: Type.Optional(Type.Union([Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }), Type.Null()])),
  dob_of_dependants: Type.Optional(Type.Union([Type.Array(Type.Union([Type.String(), Type.Null()])), Type.Null()])),
  credit_rating: Maybe({ rating: Text, source: Text }),
  credit_limit: Maybe({ currency: Text, amount: Text }),
  highest_education_attained: Text,
  employment_status: Text,
  kyc_status: Type.Boolean(),
  last_ok_date: Text,
  title: Text,
  branch_id: Text,
  name_suffix: Text,
  // Printed by some answers only; then all that the customer has at the bank.
  customer_attributes: Type.Optional(Type.Array(Attribute)),
})

export const answers = {
  customer: contract(Customer),
  customers: contract(Type.Object({ customers: Type.Array(Customer) })),
  attribute: contract(Attribute),
  attributes: contract(Type.Object({ customer_attributes: Type.Array(Attribute) })),
}

export type ObpCustomer = Static<typeof Customer>
export type ObpAttribute = Static<typeof Attribute>

/** What a customer is created with. Every member must be there; null and '' stand for what is not known. */
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

/** The attributes that record which records of other providers are the same human being's, by the graph's names. */
export const LINKS = {
  personId: 'SYNCTERA_PERSON_ID',
  bankingCustomerId: 'APITURE_BANKING_CUSTOMER_ID',
  seiExternalId: 'SEI_EXTERNAL_ID',
} as const

/** More values than this make an address that is not promised to work. */
export const MAX_VALUES = 50

/** The firehose leaves out what is older than a year or lies in the future, unless it is told both ends. */
export const EARLIEST = '0001-01-01T00:00:00.000Z'
export const LATEST = '9999-12-31T23:59:59.999Z'
