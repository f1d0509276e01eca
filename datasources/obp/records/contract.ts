import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/client.js'
import { Text } from '../codecs.js'

/**
 * Open Bank Project v4.0.0: addresses, tax residences, social media handles and credit limit requests of a customer.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Customer
 */

const Address = Type.Object({
  customer_address_id: Type.String({ minLength: 1 }),
  customer_id: Type.String(),
  line_1: Text,
  line_2: Text,
  line_3: Text,
  city: Text,
  county: Text,
  state: Text,
  postcode: Text,
  country_code: Text,
  // No tags are printed as one empty tag.
  tags: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  // Whatever was given, the value of `state` is kept in its place.
  status: Text,
  insert_date: Text,
})

const TaxResidence = Type.Object({
  tax_residence_id: Type.String({ minLength: 1 }),
  domain: Text,
  tax_number: Text,
})

// Without an id: the customer's number is its name.
const Handle = Type.Object({
  customer_number: Type.String(),
  type: Text,
  handle: Text,
  date_added: Text,
  date_activated: Text,
})

const CreditLimitRequest = Type.Object({
  rank_amount_1: Text,
  nominal_interest_1: Text,
  rank_amount_2: Text,
  nominal_interest_2: Text,
})

const Receipt = Type.Object({ execution_time: Text, execution_date: Text, token: Text, short_reference: Text })

export const answers = {
  address: contract(Address),
  addresses: contract(Type.Object({ addresses: Type.Array(Address) })),
  taxResidence: contract(TaxResidence),
  // The list goes by a name in the singular.
  taxResidences: contract(Type.Object({ tax_residence: Type.Array(TaxResidence) })),
  // The list goes by the name of another one.
  handles: contract(Type.Object({ checks: Type.Array(Handle) })),
  // One, also where it is asked for all of them.
  creditLimitRequest: contract(CreditLimitRequest),
  receipt: contract(Receipt),
}

export type ObpAddress = Static<typeof Address>
export type ObpTaxResidence = Static<typeof TaxResidence>
export type ObpHandle = Static<typeof Handle>
export type ObpCreditLimitRequest = Static<typeof CreditLimitRequest>
export type ObpReceipt = Static<typeof Receipt>

/** Every member must be there; '' stands for what is not known. */
export interface AddressBody {
  line_1: string
  line_2: string
  line_3: string
  city: string
  county: string
  state: string
  postcode: string
  /** ISO 3166-1 alpha-2. */
  country_code: string
  tags: string[]
  /** Must be there, and is not read. */
  status: string
}

export interface TaxResidenceBody {
  domain: string
  tax_number: string
}

/** Dates in UTC without milliseconds. */
export interface HandleBody {
  /** What the handle is kept under, whichever customer the address names. */
  customer_number: string
  type: string
  handle: string
  date_added: string
  date_activated: string
}

/** Not read. */
export interface CreditLimitBody {
  requested_current_rate_amount1: string
  requested_current_rate_amount2: string
  requested_current_valid_end_date: string
  current_credit_documentation: string
  temporary_requested_current_amount: string
  requested_temporary_valid_end_date: string
  temporary_credit_documentation: string
}
