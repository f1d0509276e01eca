/**
 * How a text of the input is read:
 * - `line`: one line, such as a name
 * - `text`: several lines
 * - `identifier`: a number, code, address or id: NFKC, without format characters
 * - `phone`: a phone number in E.164, also as it is written with separators
 * - `accountId`: an account's identifier, in the form of its scheme
 * - `secret`: a password, which is passed on as it is
 */
export type TextKind = 'line' | 'text' | 'identifier' | 'phone' | 'accountId' | 'secret'

/** Members that are no `line`, by name, or by type and name. An `ID` is an identifier unless it is named here. */
const KINDS: Readonly<Record<string, TextKind>> = {
  'AccountToVerifyInput.id': 'accountId',
  'AccountRoutingInput.address': 'accountId',
  'HoldingEntityInput.value': 'identifier',
  'IdentityInput.value': 'identifier',
  'CustomerAttributeMatch.value': 'text',
  'SetCustomerAttributeDefinitionInput.description': 'text',
  value: 'text',
  explanation: 'text',
  fieldsToNull: 'text',
  comments: 'text',
  note: 'text',
  message: 'text',
  currentCreditDocumentation: 'text',
  temporaryCreditDocumentation: 'text',
  password: 'secret',
  phoneNumber: 'phone',
  accountMicrNumber: 'identifier',
  accountNumber: 'identifier',
  amount: 'identifier',
  countryCode: 'identifier',
  currency: 'identifier',
  customerIpAddress: 'identifier',
  customerNumber: 'identifier',
  email: 'identifier',
  emailAddress: 'identifier',
  idValue: 'identifier',
  identifier: 'identifier',
  mobilePhone: 'identifier',
  mobilePhoneNumber: 'identifier',
  number: 'identifier',
  postalCode: 'identifier',
  postcode: 'identifier',
  secondaryId: 'identifier',
  ssn: 'identifier',
  ssnLast4: 'identifier',
  taxNumber: 'identifier',
}

/** How a member of an input, or an argument, is read. */
export const textKindOf = (type: string, member: string, isId: boolean): TextKind =>
  KINDS[`${type}.${member}`] ?? KINDS[member] ?? (isId ? 'identifier' : 'line')

/** Members of which an empty text says that there is none; null says the same. */
export const EMPTY_FOR_NONE: ReadonlySet<string> = new Set([
  'alias',
  'description',
  'emailAddress',
  'mobilePhone',
  'nameSuffix',
  'postcode',
  'relatesToKycCheckId',
  'relatesToKycDocumentId',
  'title',
])

/** The length of a text: its code points. */
export function lengthOf(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i += 1) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) length -= 1
  return length
}

/** True for a text of more code points than these; the rest of it is not counted. */
export function isLonger(text: string, than: number): boolean {
  let length = 0
  for (let i = 0; i < text.length && length <= than; i += 1) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) length += 1
  return length > than
}

const FORMAT_CHARACTERS = /\p{Cf}/gu
/** What people write between the groups of a number. */
const SEPARATORS = /[\s./:\p{Pd}\u2212]/gu

/** An identifier as it is meant: full-width letters and digits become plain ones, and invisible format characters are dropped. */
export const plainIdentifier = (text: string): string => text.normalize('NFKC').replace(FORMAT_CHARACTERS, '')

/** A phone number with its country code as E.164; any other text stays a plain identifier. */
export function plainPhoneNumber(text: string): string {
  const plain = plainIdentifier(text).trim()
  if (!/^\(?(?:\+|00)[\d\s()./\p{Pd}\u2212]+$/u.test(plain)) return plain
  return `+${plain.replace(/\(0\)/, '').replace(/\D/g, '').replace(/^00/, '')}`
}

/**
 * An account's identifier in the form of its scheme. In an IBAN, a sort code with its account number and the American
 * identifiers only letters and digits count. In a plain account number separators may count, so only blanks are dropped.
 */
export function plainAccountId(scheme: unknown, text: string): string {
  const plain = plainIdentifier(text)
  switch (typeof scheme === 'string' ? scheme.toUpperCase() : undefined) {
    case 'IBAN':
      return plain
        .trim()
        .replace(/^IBAN(?=[\s.:/\p{Pd}]|[A-Z]{2}\d{2})/iu, '')
        .replace(SEPARATORS, '')
        .toUpperCase()
    case 'SCAN':
    case 'CUID':
    case 'UPIC':
      return plain.replace(SEPARATORS, '')
    case 'ACNR':
      return plain.replace(/\s/g, '')
    default:
      return plain
  }
}

/** Printable ASCII, which is in every normal form. */
const PLAIN = /^[\x20-\x7e]*$/

/** A text in the form in which it is compared, hashed, sent and stored. `owner` holds the members beside it. */
export function normalText(kind: TextKind, text: string, owner: Readonly<Record<string, unknown>>): string {
  if (kind === 'accountId') return plainAccountId(owner['idScheme'] ?? owner['scheme'], text)
  if (kind === 'phone') return plainPhoneNumber(text)
  if (kind === 'secret' || PLAIN.test(text)) return text
  if (kind === 'identifier') return plainIdentifier(text)
  const composed = text.normalize('NFC')
  return kind === 'text' ? composed.replace(/\r\n?/g, '\n') : composed
}

/** A letter, mark of punctuation or symbol that shows; the exceptions are letters and symbols without a shape. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Cs}\p{NChar}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** The rule that a normal text breaks; undefined when it is a good one. */
export function textFault(kind: TextKind, text: string): string | undefined {
  if (text === '') return undefined
  if (PLAIN.test(text))
    return kind === 'text' || kind === 'secret' || /[^ ]/.test(text) ? undefined : 'must have a visible character'
  if (/\p{Cs}/u.test(text)) return 'must be well-formed Unicode text'
  if (kind === 'text')
    return /[^\P{Cc}\t\n]/u.test(text) ? 'must not contain control characters, tab and line feed excepted' : undefined
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return 'must be one line without control characters'
  if (kind === 'secret') return undefined
  if (DIRECTION.test(text)) return 'must not contain characters that change the direction of text'
  return VISIBLE.test(text) ? undefined : 'must have a visible character'
}
