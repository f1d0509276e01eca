import { type VendorCodeMeaning, VendorCodeOutcome } from '../../schema/person-verification.js'

/** The public table of the reason codes that Synctera passes on from its vendor. A code that it lacks has no meaning here. */
export const VENDOR_CODES_SOURCE = 'https://docs.synctera.com/v2/docs/verification-response-codes'

const { REVIEW, REJECT } = VendorCodeOutcome

/** Suggested outcome and meaning, by code. Codes that the source lists under several modules have one outcome in all of them. */
const VENDOR_CODES: ReadonlyMap<string, readonly [outcome: VendorCodeOutcome, meaning: string]> = new Map([
  ['I903', [REJECT, 'The request had no address.']],
  ['I906', [REJECT, 'The request had no date of birth.']],
  ['I911', [REJECT, 'The address is a post office box.']],
  ['I917', [REJECT, 'Name and address belong to a known person, and the SSN or ITIN does not.']],
  ['R298', [REVIEW, 'The identity looks like a real one that was altered.']],
  ['R299', [REVIEW, 'The identity looks invented.']],
  ['R703', [REVIEW, 'The address does not exist or is not valid.']],
  ['R704', [REJECT, 'The address is that of a prison.']],
  ['R705', [REVIEW, 'The address is not known to be that of the person.']],
  ['R707', [REJECT, 'The address is that of a business that receives mail for others.']],
  ['R708', [REJECT, 'The address is a post office box.']],
  ['R901', [REJECT, 'The SSN or ITIN is not known to be that of the person.']],
  ['R907', [REJECT, 'The SSN is that of a person who is reported dead.']],
  ['R909', [REJECT, 'The person is reported dead.']],
  ['R911', [REJECT, 'The SSN was issued before the date of birth.']],
  ['R913', [REJECT, 'The SSN or ITIN is not valid.']],
  ['R916', [REVIEW, 'The address does not exist or is not valid.']],
  ['R932', [REJECT, 'The address is that of a prison.']],
  ['R933', [REJECT, 'The last name does not match the record of the SSN or ITIN.']],
  ['R940', [REJECT, 'Public records do not have the SSN or ITIN.']],
  ['R963', [REJECT, 'The ZIP code of the address has post office boxes only.']],
  ['R972', [REVIEW, 'The address is that of an agency that receives mail for others.']],
  ['R973', [REJECT, 'The ZIP code of the address belongs to one organization, which delivers its mail itself.']],
])

/** The documented meaning of a reason code; null where there is none. */
export function meaningOf(code: string | null | undefined): VendorCodeMeaning | null {
  const known = code == null ? undefined : VENDOR_CODES.get(code)
  return known ? { outcome: known[0], meaning: known[1], source: VENDOR_CODES_SOURCE } : null
}
