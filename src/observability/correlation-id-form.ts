import { holdsPersonalForm, SNOWFLAKE } from './personal-form.js'

/** The characters of ids that gateways and tracing systems make: UUID, ULID, `1-67891233-abcdef…`, `Root=1-…`, `105445aa…/1;o=1`. */
const FORM = /^[A-Za-z0-9._:+/=@;~-]{1,128}$/
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const TRACE_ID = '[0-9a-f]{32}'
const ULID = '(?=\\d*[A-Z])[0-7][0-9A-HJKMNP-TV-Z]{25}'
const XRAY_ID = '1-[0-9a-f]{8}-[0-9a-f]{24}'

const COMMON = new RegExp(`^(?:${UUID}|${TRACE_ID})$`, 'i')
/** Ids that only machines make, whatever stands beside them. */
const MACHINE_MADE = new RegExp(`(?<![A-Za-z0-9])(?:${UUID}|${TRACE_ID}|${ULID}|${XRAY_ID})(?![A-Za-z0-9])`, 'gi')
/** The names of ids that AWS X-Ray has. */
const XRAY_NAMES = /\b(?:Root|Self|Parent|Sampled)=/g
const NUMBER = /^[^A-Za-z]*$/
/** A capitalized word: a long one anywhere, a short one where it stands alone. */
const CAPITALIZED = /[A-Z][a-z]{5,}|(?<![A-Za-z0-9])(?:[A-Z][a-z]{2,})+\d*(?![A-Za-z0-9])/
const WORD = /[A-Za-z]{4}/
/** Where letters turn from small to large, or stand beside a digit: a random text has one in every two or three characters. */
const TURN = /[a-z](?=[A-Z])|[A-Za-z](?=\d)|\d(?=[A-Za-z])/g
const MIN_RANDOM_LENGTH = 20

const isRandom = (text: string): boolean =>
  text.length >= MIN_RANDOM_LENGTH && (text.match(TURN)?.length ?? 0) * 6 >= text.length

const BASE64 = /[A-Za-z0-9+/_-]{8,}/g
const PRINTABLE = /^[\x20-\x7e]{6,}$/

/** True where a part is the base64 of a text that is personal by its form, or of words. */
function encodesPersonalForm(text: string): boolean {
  return [...text.matchAll(BASE64)].some(([part]) => {
    const decoded = Buffer.from(part, 'base64').toString('latin1')
    return PRINTABLE.test(decoded) && (!FORM.test(decoded) || !/\d/.test(decoded) || holdsPersonalForm(decoded))
  })
}

/** True for words and numbers that may be of a person: a text without a digit, a capitalized word, a number alone. */
const isPlain = (text: string): boolean =>
  NUMBER.test(text) ? !SNOWFLAKE.test(text) : !isRandom(text) && (!/\d/.test(text) || CAPITALIZED.test(text))

/** A text without its ids that only machines make. */
const withoutMachineMade = (text: string): string => text.replace(MACHINE_MADE, ' ')

/**
 * True for a text that a caller may give as an id: it is logged and echoed, so it has the characters of an id, and not a
 * form that personal values have. An id that only a machine makes is kept; any other has letters and a digit, and holds no
 * capitalized word, address, date, phone number, IBAN, or other number of 8 digits or more.
 */
export function isIdentifier(given: unknown): given is string {
  if (typeof given !== 'string' || !FORM.test(given)) return false
  if (COMMON.test(given)) return true
  const text = given.replace(XRAY_NAMES, ' ')
  const rest = withoutMachineMade(text)
  if (holdsPersonalForm(rest) || encodesPersonalForm(rest)) return false
  return rest === text ? !isPlain(text) : !CAPITALIZED.test(rest)
}

/** A key of `tracestate`: a vendor, or a tenant of a vendor (W3C Trace Context, 3.3.1.3.1). */
const TRACE_KEY = /^[a-z0-9][a-z0-9_*/-]{0,255}(?:@[a-z][a-z0-9_*/-]{0,13})?$/

/** True for a member of `tracestate`; its value may be a short word or number too, such as `s:1` and `th:c`. */
export function isTraceMember(key: string, value: string): boolean {
  if (!TRACE_KEY.test(key) || holdsPersonalForm(withoutMachineMade(key.replace('@', ' ')))) return false
  if (isIdentifier(value)) return true
  const rest = withoutMachineMade(value)
  return FORM.test(value) && !WORD.test(rest) && !holdsPersonalForm(rest)
}
