import { Matches } from 'class-validator'

/** Validates a country in the form of ISO 3166-1 alpha-2: two capital letters. */
export const IsCountryCode = () =>
  Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 country code such as US' })
