import { ADA } from '../../datasources/emulator/people.js'
import type { App, RunOptions } from './app.js'

/** What a mutation's payload is asked for. */
const PAYLOADS = {
  createCustomerAddress: 'address { id line1 line2 line3 city county state postcode countryCode tags status }',
  updateCustomerAddress: 'address { id line1 line2 line3 city county state postcode countryCode tags status }',
  deleteCustomerAddress: 'deletedId',
  createTaxResidence: 'taxResidence { id domain taxNumber }',
  deleteTaxResidence: 'deletedId',
  addSocialMediaHandle: 'handle { customerNumber type handle addedAt activatedAt }',
  requestCreditLimit: 'receipt { token }',
}
export type Mutation = keyof typeof PAYLOADS
export const MUTATIONS = Object.keys(PAYLOADS) as Mutation[]
export const ADDRESS = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' }
export const RESIDENCE = { domain: 'DE', taxNumber: '12 345' }
export const HANDLE = {
  customerNumber: ADA.customerNumber,
  type: 'twitter',
  handle: '@ada2',
  addedAt: '2024-01-01T00:00:00Z',
  activatedAt: '2024-01-02T00:00:00Z',
}
export const CREDIT_LIMIT = Object.fromEntries(
  [
    'requestedCurrentRateAmount1',
    'requestedCurrentRateAmount2',
    'requestedCurrentValidEndDate',
    'currentCreditDocumentation',
    'temporaryRequestedCurrentAmount',
    'requestedTemporaryValidEndDate',
    'temporaryCreditDocumentation',
  ].map((name) => [name, 'x']),
)
/** What each takes of Ada's, beside her id. */
export const INPUTS: Record<Mutation, object> = {
  createCustomerAddress: ADDRESS,
  updateCustomerAddress: { ...ADDRESS, addressId: 'address-ada' },
  deleteCustomerAddress: { addressId: 'address-ada' },
  createTaxResidence: RESIDENCE,
  deleteTaxResidence: { taxResidenceId: 'tax-residence-ada' },
  addSocialMediaHandle: HANDLE,
  requestCreditLimit: CREDIT_LIMIT,
}

/** Gives a mutation to the graph and asks for all of its payload. */
export const changeIn = (app: () => App) => (mutation: Mutation, input: object, options?: RunOptions) =>
  app().run(
    `mutation($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { replayed ${PAYLOADS[mutation]} } }`,
    { input },
    options,
  )
