import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { listContract } from '../../http/list-contract.js'
import { AnyList, Optional, OptionalText } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: addresses, tax residences, social media handles and credit limit requests of a customer.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Customer
 */

const Address = Type.Object({
  customer_address_id: Type.String({ minLength: 1 }),
  customer_id: Type.String(),
  line_1: OptionalText,
  line_2: OptionalText,
  line_3: OptionalText,
  city: OptionalText,
  county: OptionalText,
  state: OptionalText,
  postcode: OptionalText,
  country_code: OptionalText,
  // No tags are one empty tag.
  tags: Optional(AnyList),
  // The provider stores the value of `state` in place of the one that was sent.
  status: OptionalText,
  insert_date: OptionalText,
})

const TaxResidence = Type.Object({
  tax_residence_id: Type.String({ minLength: 1 }),
  domain: OptionalText,
  tax_number: OptionalText,
})

// It has no id: the customer number identifies it.
const Handle = Type.Object({
  customer_number: Type.String(),
  type: OptionalText,
  handle: OptionalText,
  date_added: OptionalText,
  date_activated: OptionalText,
})

const CreditLimitRequest = Type.Object({
  rank_amount_1: OptionalText,
  nominal_interest_1: OptionalText,
  rank_amount_2: OptionalText,
  nominal_interest_2: OptionalText,
})

const Receipt = Type.Object({
  execution_time: OptionalText,
  execution_date: OptionalText,
  token: OptionalText,
  short_reference: OptionalText,
})

export const answers = {
  address: contract(Address),
  addresses: listContract('addresses', Address),
  taxResidence: contract(TaxResidence),
  // The list's name is singular.
  taxResidences: listContract('tax_residence', TaxResidence),
  // The list has the name of the list of KYC checks.
  handles: listContract('checks', Handle),
  // One request, also as the response of the list endpoint.
  creditLimitRequest: contract(CreditLimitRequest),
  receipt: contract(Receipt),
}

export type ObpAddress = Static<typeof Address>
export type ObpTaxResidence = Static<typeof TaxResidence>
export type ObpHandle = Static<typeof Handle>
export type ObpCreditLimitRequest = Static<typeof CreditLimitRequest>
export type ObpReceipt = Static<typeof Receipt>

/** Every member is required; '' stands for an unknown value. */
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
  /** Required, and ignored by the provider. */
  status: string
}

export interface TaxResidenceBody {
  domain: string
  tax_number: string
}

/** Dates in UTC without milliseconds. */
export interface HandleBody {
  /** The key of the handle, whichever customer the path names. */
  customer_number: string
  type: string
  handle: string
  date_added: string
  date_activated: string
}

/** Ignored by the provider. */
export interface CreditLimitBody {
  requested_current_rate_amount1: string
  requested_current_rate_amount2: string
  requested_current_valid_end_date: string
  current_credit_documentation: string
  temporary_requested_current_amount: string
  requested_temporary_valid_end_date: string
  temporary_credit_documentation: string
}
