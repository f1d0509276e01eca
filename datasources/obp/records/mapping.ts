import type {
  AddSocialMediaHandleInput,
  CreateCustomerAddressInput,
  CreateTaxResidenceInput,
  CreditLimitRequest,
  CreditLimitRequestReceipt,
  CustomerAddress,
  RequestCreditLimitInput,
  SocialMediaHandle,
  TaxResidence,
} from '../../../schema/records.js'
import { type Drift, textsOf } from '../../support/mapping.js'
import { instantOf, toWireDate } from '../dates.js'
import { sameText, text } from '../texts.js'
import type {
  AddressBody,
  CreditLimitBody,
  HandleBody,
  ObpAddress,
  ObpCreditLimitRequest,
  ObpHandle,
  ObpReceipt,
  ObpTaxResidence,
  TaxResidenceBody,
} from './contract.js'

// ---- from the provider's responses to the graph

export const toAddress = (address: ObpAddress, drift: Drift): CustomerAddress => ({
  id: address.customer_address_id,
  line1: address.line_1 ?? '',
  line2: text(address.line_2),
  line3: text(address.line_3),
  city: text(address.city),
  county: text(address.county),
  state: text(address.state),
  postcode: text(address.postcode),
  countryCode: address.country_code ?? '',
  tags: textsOf(address.tags, 'customer_address.tags', drift).filter((tag) => tag !== ''),
  // A copy of the state is no status, and would disclose the state where that is masked.
  status: address.status === address.state ? null : text(address.status),
  insertedAt: instantOf(address.insert_date, 'customer_address.insert_date', drift),
})

export const toTaxResidence = (residence: ObpTaxResidence): TaxResidence => ({
  id: residence.tax_residence_id,
  domain: residence.domain ?? '',
  taxNumber: residence.tax_number ?? '',
})

export const toHandle = (handle: ObpHandle, drift: Drift): SocialMediaHandle => ({
  customerNumber: handle.customer_number,
  type: text(handle.type),
  handle: handle.handle ?? '',
  addedAt: instantOf(handle.date_added, 'social_media_handle.date_added', drift),
  activatedAt: instantOf(handle.date_activated, 'social_media_handle.date_activated', drift),
})

export const toCreditLimitRequest = (request: ObpCreditLimitRequest): CreditLimitRequest => ({
  rankAmount1: text(request.rank_amount_1),
  nominalInterest1: text(request.nominal_interest_1),
  rankAmount2: text(request.rank_amount_2),
  nominalInterest2: text(request.nominal_interest_2),
})

export const toReceipt = (receipt: ObpReceipt): CreditLimitRequestReceipt => ({
  executionTime: text(receipt.execution_time),
  executionDate: text(receipt.execution_date),
  token: text(receipt.token),
  shortReference: text(receipt.short_reference),
})

// ---- from the graph's input to the provider's requests

export const addressBody = (input: CreateCustomerAddressInput): AddressBody => ({
  line_1: input.line1,
  line_2: input.line2 ?? '',
  line_3: input.line3 ?? '',
  city: input.city,
  county: input.county ?? '',
  state: input.state ?? '',
  postcode: input.postcode,
  country_code: input.countryCode,
  tags: input.tags ?? [],
  status: '',
})

/** True for an address that equals the input. */
export const isAddress = (address: CustomerAddress, input: CreateCustomerAddressInput): boolean =>
  (['line1', 'line2', 'line3', 'city', 'county', 'state', 'postcode', 'countryCode'] as const).every((line) =>
    sameText(address[line], input[line]),
  ) && JSON.stringify(address.tags) === JSON.stringify(input.tags ?? [])

export const taxResidenceBody = (input: CreateTaxResidenceInput): TaxResidenceBody => ({
  domain: input.domain,
  tax_number: input.taxNumber,
})

export const handleBody = (input: AddSocialMediaHandleInput): HandleBody => ({
  customer_number: input.customerNumber,
  type: input.type,
  handle: input.handle,
  date_added: toWireDate(input.addedAt),
  date_activated: toWireDate(input.activatedAt),
})

export const creditLimitBody = (input: RequestCreditLimitInput): CreditLimitBody => ({
  requested_current_rate_amount1: input.requestedCurrentRateAmount1,
  requested_current_rate_amount2: input.requestedCurrentRateAmount2,
  requested_current_valid_end_date: input.requestedCurrentValidEndDate,
  current_credit_documentation: input.currentCreditDocumentation,
  temporary_requested_current_amount: input.temporaryRequestedCurrentAmount,
  requested_temporary_valid_end_date: input.requestedTemporaryValidEndDate,
  temporary_credit_documentation: input.temporaryCreditDocumentation,
})
