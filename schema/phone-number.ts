import { Matches } from 'class-validator'

/** Validates a phone number in the form of ITU-T E.164: a plus sign, the country code and the number, at most 15 digits. */
export const IsE164 = () =>
  Matches(/^\+[1-9]\d{1,14}$/, { message: 'must be an E.164 phone number such as +14155550100' })
