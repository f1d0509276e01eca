/** An e-mail address anywhere, and a text that is a name at a host: an address without a top-level domain, a payment address. */
const ADDRESS = /[^@]@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}|^[^@]+@[A-Za-z0-9.-]+$/
const SSN = /(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/
const DATE = /(?<!\d)(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2\d{4}|\d\d([-./])\d\d\3\d\d)(?!\d)/
/** Groups of digits with a separator between each two: phones, cards, accounts, IP addresses. */
const GROUPS = /(?<![A-Za-z0-9])\d+(?:[-./:_+~]\d+)+/g
/** The fewest digits of a number that may be a person's. */
const MIN_PERSONAL_DIGITS = 8

const SEGMENT = /[A-Za-z0-9]+/g
/** Numbers of accounts, cards, passports, licences and national registers, where nothing separates their digits. */
const PERSONAL_NUMBER =
  /^(?:[A-Z]*\d{8,}[A-Z]{0,2}|[A-Z]{1,2}\d{6,7}[A-Z]?|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|[A-Z]{2}\d\d[A-Z]{4}\d{10,14})$/i
/** An id that holds the time: 63 bits in decimal. No account, card or register has a number of this form. */
export const SNOWFLAKE = /^[12]\d{18}$/

const IBAN_START = /(?<![A-Za-z0-9])(?=([A-Z]{2}\d{2}(?:[-./:_~]?[A-Z0-9]){11,40}))/gi
const IBAN_LENGTH = { min: 15, max: 34 }

/** The remainder by which the check digits of an account number are right (ISO 13616, ISO 7064): 1. */
function checkOf(iban: string): number {
  let remainder = 0
  for (const sign of iban.slice(4) + iban.slice(0, 4))
    for (const digit of parseInt(sign, 36).toString()) remainder = (remainder * 10 + Number(digit)) % 97
  return remainder
}

/** True where the text begins with an IBAN, in one piece or in groups. */
function beginsWithIban(text: string): boolean {
  let iban = ''
  for (const [segment] of text.matchAll(SEGMENT)) {
    iban += segment
    if (iban.length > IBAN_LENGTH.max) return false
    if (iban.length >= IBAN_LENGTH.min && checkOf(iban) === 1) return true
  }
  return false
}

const isPersonalNumber = (segment: string): boolean => PERSONAL_NUMBER.test(segment) && !SNOWFLAKE.test(segment)
const isLongGroup = ([digits]: readonly string[]): boolean => digits!.replace(/\D/g, '').length >= MIN_PERSONAL_DIGITS

const holdsIban = (text: string): boolean => [...text.matchAll(IBAN_START)].some(([, found]) => beginsWithIban(found!))

/**
 * True for a text that holds an e-mail address, a date, a phone number, an IBAN with the right check digits, or another
 * number that has the form of an account, a card, a document or a register of persons.
 */
export const holdsPersonalForm = (text: string): boolean =>
  ADDRESS.test(text) ||
  SSN.test(text) ||
  DATE.test(text) ||
  [...text.matchAll(GROUPS)].some(isLongGroup) ||
  [...text.matchAll(SEGMENT)].some(([segment]) => isPersonalNumber(segment)) ||
  holdsIban(text)
