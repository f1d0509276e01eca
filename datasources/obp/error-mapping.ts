import { Type } from '@sinclair/typebox'
import { Provider as Label } from '../../schema/shared.js'
import { type ErrorCode, ApiError } from '../contract/errors.js'
import { contract, type ErrorResponse, type ErrorMapping } from '../http/client.js'
import { mapTokenError } from '../http/token-cache.js'

export const LABEL = Label.OPEN_BANK_PROJECT
export const TITLE = 'Open Bank Project'

/** A refusal of our own, in the provider's name. */
export const obpError = (code: ErrorCode, message: string): ApiError =>
  new ApiError(code, { provider: LABEL, title: TITLE, message })

const problem = contract(Type.Object({ code: Type.Optional(Type.Number()), message: Type.String() }))

const codes = (code: ErrorCode, numbers: readonly string[]): [string, ErrorCode][] =>
  numbers.map((number) => [`OBP-${number}`, code])

/** What a code means, whatever the status: which one it comes with differs between endpoints and between versions. */
const MEANING: Readonly<Record<string, ErrorCode>> = Object.fromEntries([
  ...codes('NOT_FOUND', [
    '20005',
    '30001',
    '30002',
    '30008',
    '30035',
    '30046',
    '30069',
    '30071',
    '30104',
    '30113',
    '30300',
    '30310',
  ]),
  ...codes('CONFLICT', ['30006', '30007', '30115', '30208']),
  ...codes('BAD_USER_INPUT', [
    '10001',
    '10003',
    '10016',
    '10020',
    '10023',
    '10024',
    '10025',
    '10026',
    '30109',
    '30110',
    '30111',
    '30112',
    '30114',
    '30207',
  ]),
  // What our own user, consumer or token may not do, and what the instance does not allow anybody.
  ...codes('PROVIDER_REFUSED', [
    '00009',
    '00012',
    '20001',
    '20003',
    '20006',
    '20017',
    '20023',
    '20101',
    '20201',
    '20202',
    '20203',
    '20204',
    '20205',
    '20206',
  ]),
  ...codes('RATE_LIMITED', ['10018']),
  ...codes('PROVIDER_UNAVAILABLE', ['30025', '30058', '50000', '50005', '50200', '60011']),
  // The address is not known: another version, or no Open Bank Project at all. Nothing is said of any record.
  ...codes('PROVIDER_MALFORMED', ['10404']),
])

/** Something went wrong behind the provider, and the answer does not say how far it had come. */
const UNCLEAR: readonly string[] = ['OBP-50000', 'OBP-50005', 'OBP-50200', 'OBP-60011']
const TOKEN_OVER: readonly string[] = ['OBP-20003', 'OBP-20206']

/**
 * The code that says most. Messages are chained, outermost first (`OBP-50200: … <- OBP-30300: …`), and the cause stands
 * last, so the last code that is known here counts. Only the beginning of each part is read: the rest may repeat input.
 */
function tellingCode(message: string): string | undefined {
  const found = message.split('<-').flatMap((part) => /^\s*(OBP-\d{5})/.exec(part)?.[1] ?? [])
  return found.findLast((code) => Object.hasOwn(MEANING, code)) ?? found.at(-1)
}

const seconds = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined

/** Reads `{"code", "message"}`; the message itself may be personal and goes nowhere. */
export function mapError({ status, header, body }: ErrorResponse): ErrorMapping {
  const providerCode = problem.fits(body) ? tellingCode(body.message) : undefined
  // A 404 that is not in the provider's own form comes from something before it, and must not read as "there is none".
  const meaning =
    providerCode === undefined ? (status === 404 ? 'PROVIDER_MALFORMED' : undefined) : MEANING[providerCode]
  return {
    code: meaning,
    providerCode,
    providerRequestId: header('correlation-id'),
    retryAfterSeconds: status === 429 ? seconds(header('x-rate-limit-reset')) : undefined,
    stale: status === 401 || (providerCode !== undefined && TOKEN_OVER.includes(providerCode)),
    notExecuted: providerCode !== undefined && UNCLEAR.includes(providerCode) ? false : undefined,
  }
}

/** Reads what a login refuses, at the provider or at an OAuth2 server. */
export function loginRefusal(refused: ErrorResponse): ErrorMapping {
  const { providerCode, providerRequestId } = mapError(refused)
  const reading = mapTokenError(refused)
  return { ...reading, providerCode: providerCode ?? reading.providerCode, providerRequestId }
}
