import { KycProvider as Label } from '../../schema/shared.js'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError, unreadableRow } from '../contract/errors.js'
import type { ErrorMapping, ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'
import { parseSeconds } from '../http/retry-after.js'
import { mapTokenError } from '../http/token-cache.js'

export const LABEL = Label.OPEN_BANK_PROJECT
export const TITLE = 'Open Bank Project'

/** An error that this room raises in the provider's name. */
export const obpError = (code: ErrorCode, message: string): ApiError =>
  new ApiError(code, { provider: LABEL, title: TITLE, message })

/** True for the answer of a server that does not have the path. */
export const isUnknownPath = (error: unknown): boolean =>
  error instanceof ApiError && error.extensions['providerCode'] === UNKNOWN_PATH

/** The error of a row of the provider's that does not fit its contract. */
export const unreadableObpRow = (): ApiError => unreadableRow(LABEL, TITLE)

/** The server lists no bank's customers. */
export const FIREHOSE_OFF = 'OBP-00009'
/** The same, or the role for it is missing: old releases do not tell which. */
export const FIREHOSE_OFF_OR_NO_ROLE = 'OBP-00012'
export const MISSING_ROLE = 'OBP-20006'
/** The server has no such path: its release dropped or moved the operation, or it is no Open Bank Project at all. */
export const UNKNOWN_PATH = 'OBP-10404'

const codes = (code: ErrorCode, numbers: readonly string[]): [string, ErrorCode][] =>
  numbers.map((number) => [`OBP-${number}`, code])

/** Error codes by the provider's codes, whatever the status: a code's status differs between endpoints and versions. */
const ERROR_CODES: Readonly<Record<string, ErrorCode>> = Object.fromEntries([
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
  // The provider's refusals of this server's own user, consumer or token, and what the provider allows no user.
  ...codes('PROVIDER_REFUSED', [
    '00012',
    '20001',
    '20003',
    '20006',
    '20017',
    '20023',
    '20101',
    // OAuth2: the token, its issuer or its keys.
    ...Array.from({ length: 15 }, (_, i) => String(20201 + i)),
  ]),
  ...codes('RATE_LIMITED', ['10018']),
  ...codes('PROVIDER_UNAVAILABLE', ['30025', '30058', '50000', '50005', '50200', '60011']),
  // A switch of the server, and a path that its release does not have. Neither means that a record is absent.
  ...codes(
    'PROVIDER_NOT_CONFIGURED',
    [FIREHOSE_OFF, UNKNOWN_PATH].map((code) => code.slice('OBP-'.length)),
  ),
])

/** Failures behind the provider: a write may have been executed. */
const AMBIGUOUS: readonly string[] = ['OBP-50000', 'OBP-50005', 'OBP-50200', 'OBP-60011']
const STALE_TOKEN: readonly string[] = ['OBP-20003', 'OBP-20206']

/**
 * The most specific code. Messages are chained, outermost first (`OBP-50200: … <- OBP-30300: …`), and the cause comes
 * last, so the last listed code counts. Only the beginning of each part is parsed: the rest may repeat input.
 */
function providerCodeOf(message: string): string | undefined {
  const found = message.split('<-').flatMap((part) => /^\s*(OBP-\d{5})/.exec(part)?.[1] ?? [])
  return found.findLast((code) => Object.hasOwn(ERROR_CODES, code)) ?? found.at(-1)
}

/** Codes that refuse a call: it was not executed, also where the status leaves that open. */
const REFUSALS: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(['NOT_FOUND', 'CONFLICT', 'BAD_USER_INPUT'])

/** Whether a write was executed, by the code; undefined where the status tells. */
function notExecuted(status: number, code: ErrorCode | undefined, providerCode: string | undefined) {
  // A 409 states that the record exists, also beside such a code.
  if (providerCode !== undefined && AMBIGUOUS.includes(providerCode)) return status === 409 ? undefined : false
  return status < 500 && REFUSALS.has(code) ? true : undefined
}

/**
 * Maps `{"code", "message"}`; the message itself may be personal and is not used. The provider's status follows from what
 * its message contains, also from an id that the message repeats and that looks like a code: so a 401 means the token
 * only where the code does not state another refusal, and a 408 no time-out where it does.
 */
export function mapError({ status, header, body }: ErrorResponse): ErrorMapping {
  const providerCode = providerCodeOf(new ProblemBody(body).text('message') ?? '')
  // A 404 without a code of the provider's comes from a proxy and does not mean that the record is absent.
  const code =
    providerCode === undefined ? (status === 404 ? 'PROVIDER_MALFORMED' : undefined) : ERROR_CODES[providerCode]
  return {
    code,
    providerCode,
    providerRequestId: header('correlation-id'),
    retryAfterSeconds: status === 429 ? parseSeconds(header('x-rate-limit-reset')) : undefined,
    stale:
      (status === 401 && (code === undefined || code === 'PROVIDER_REFUSED')) ||
      (providerCode !== undefined && STALE_TOKEN.includes(providerCode)),
    notExecuted: notExecuted(status, code, providerCode),
  }
}

/** Where a row is written, this code alone says that the database rejected the row: nothing was executed. */
export function mapRejectedRow(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  return response.status === 400 && mapping.providerCode === 'OBP-50200'
    ? { ...mapping, code: 'BAD_USER_INPUT', notExecuted: true }
    : mapping
}

/**
 * Maps the error of a read as the caller. The provider refuses a token that it cannot verify with 400 and a sentence of
 * the library that verifies it, without a code of its own; such a read has no input that could be invalid.
 */
export function mapCallerError(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  const isUncoded = mapping.providerCode === undefined && [400, 401, 403].includes(response.status)
  return isUncoded || mapping.code === 'PROVIDER_REFUSED'
    ? { ...mapping, code: 'PROVIDER_REFUSED', message: `${TITLE} refuses the token of the caller.` }
    : mapping
}

/**
 * Maps an error of a call with an OAuth2 token of this server: the provider refuses a token that it cannot verify also
 * with 400 and without a code of its own. Such a token is renewed. Refusals of input have a code; `createUser`, whose
 * refusals have none, maps them itself.
 */
export const mapTokenRefusal = ({ status }: ErrorResponse, mapping: ErrorMapping): ErrorMapping =>
  status === 400 && mapping.providerCode === undefined && (mapping.code ?? 'PROVIDER_REFUSED') === 'PROVIDER_REFUSED'
    ? { ...mapping, code: 'PROVIDER_REFUSED', stale: true }
    : mapping

/** Maps the error of a login, at the provider or at an OAuth2 server. */
export function mapLoginError(response: ErrorResponse): ErrorMapping {
  const { providerCode, providerRequestId } = mapError(response)
  const mapping = mapTokenError(response)
  return { ...mapping, providerCode: providerCode ?? mapping.providerCode, providerRequestId }
}
