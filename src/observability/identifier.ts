/** The characters of ids that gateways and tracing systems make: UUID, ULID, `1-67891233-abcdef…`, `Root=1-…`, `105445aa…/1;o=1`. */
const FORM = /^[A-Za-z0-9._:+/=@;~-]{1,128}$/
/** How many digits the numbers of persons have: dates, phones, accounts, cards, social security cards. Those of machines are shorter or longer. */
const PERSONAL_DIGITS = { min: 8, max: 17 }
const SSN = /(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/
const EMAIL = /[^@]@[^@]+\.[A-Za-z]{2,}$/

function isPersonalNumber(text: string): boolean {
  if (SSN.test(text)) return true
  if (/[A-Za-z]/.test(text)) return false
  const { length } = text.replace(/\D/g, '')
  return length >= PERSONAL_DIGITS.min && length <= PERSONAL_DIGITS.max
}

/**
 * True for a text that a caller may give as an id: it is logged and echoed, so it has the characters of an id, and not
 * the form of an e-mail address, of a phone number, or of the number of an account, a card or a social security card.
 */
export const isIdentifier = (given: unknown): given is string =>
  typeof given === 'string' && FORM.test(given) && !isPersonalNumber(given) && !EMAIL.test(given)
