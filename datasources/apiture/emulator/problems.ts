import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { now } from '../../emulator/run.js'

/** Every problem of the reference, by name, with its status. */
export const PROBLEMS: Readonly<Record<string, { readonly status: number; readonly title: string }>> = {
  badRequest: { status: 400, title: 'Bad Request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  sessionExpired: { status: 401, title: 'Session Expired' },
  challengeRequired: { status: 401, title: 'Challenge Required' },
  loginIncomplete: { status: 401, title: 'Login Incomplete' },
  passwordChangeRequired: { status: 401, title: 'Password Change Required' },
  invalidCsrfToken: { status: 401, title: 'Invalid CSRF Token' },
  challengeBlocked: { status: 401, title: 'Challenge Blocked' },
  noIdentityChallengeFactors: { status: 401, title: 'No Identity Challenge Factors' },
  invalidIdentityChallengeHeader: { status: 401, title: 'Invalid Identity Challenge Header' },
  forbidden: { status: 403, title: 'Forbidden' },
  customerDisabled: { status: 403, title: 'Customer Disabled' },
  antiMalwareRequired: { status: 403, title: 'Anti-Malware Required' },
  modificationForbidden: { status: 403, title: 'Modification Forbidden' },
  notFound: { status: 404, title: 'Not Found' },
  methodNotAllowed: { status: 405, title: 'Method Not Allowed' },
  notAcceptable: { status: 406, title: 'Not Acceptable' },
  conflict: { status: 409, title: 'Conflict' },
  preconditionFailed: { status: 412, title: 'Precondition Failed' },
  payloadTooLarge: { status: 413, title: 'Payload Too Large' },
  unsupportedMediaType: { status: 415, title: 'Unsupported Media Type' },
  unprocessableEntity: { status: 422, title: 'Unprocessable Entity' },
  noSuchAccount: { status: 422, title: 'Account Not Found' },
  accountNotFound: { status: 422, title: 'Account Not Found' },
  preconditionRequired: { status: 428, title: 'Precondition Required' },
  tooManyRequests: { status: 429, title: 'Too Many Requests' },
  internalServerError: { status: 500, title: 'Internal Server Error' },
  notImplemented: { status: 501, title: 'Not Implemented' },
  serviceUnavailable: { status: 503, title: 'Service Unavailable' },
  gatewayTimeout: { status: 504, title: 'Gateway Timeout' },
}
const NAMES = Object.keys(PROBLEMS)

/** Problems of the Challenges API alone. */
const CHALLENGE_PROBLEMS: typeof PROBLEMS = {
  challengeNotFound: { status: 404, title: 'Challenge Not Found' },
  challengeNotStarted: { status: 409, title: 'Challenge Not Started' },
  factorNotAvailable: { status: 409, title: 'Factor Not Available' },
  challengedAlreadyRedeemed: { status: 409, title: 'Challenge Already Redeemed' },
  challengeNotVerified: { status: 422, title: 'Challenge Not Verified' },
  challengeExpired: { status: 422, title: 'Challenge Expired' },
}
const ALL_PROBLEMS = { ...PROBLEMS, ...CHALLENGE_PROBLEMS }

const RETRY_AFTER: Readonly<Record<number, () => string>> = {
  429: () => '7',
  503: () => new Date(Date.now() + 60_000).toUTCString(),
}

/** A problem response. Media types and hosts of problem types vary, so each problem uses one of the four forms. */
function problemResponse(name: string, extras: Record<string, unknown> = {}, status = ALL_PROBLEMS[name]!.status) {
  const form = NAMES.indexOf(name)
  const wait = RETRY_AFTER[status]
  return {
    status,
    headers: {
      'content-type': form % 2 === 0 ? 'application/problem+json' : 'application/json',
      ...(wait ? { 'retry-after': wait() } : {}),
    },
    body: {
      id: randomUUID(),
      type: `https://${form % 4 < 2 ? 'production.api' : 'api'}.apiture.com/errors/${name}/v1.0.0${form % 3 === 0 ? '/' : ''}`,
      title: ALL_PROBLEMS[name]!.title,
      status,
      occurredAt: now(),
      ...extras,
    },
  }
}

/** A problem of a status, whatever its name. */
export const problem = (status: number) =>
  problemResponse(NAMES.find((name) => PROBLEMS[name]!.status === status) ?? 'internalServerError', {}, status)

/** Answers with a problem. */
export function refuse(reply: FastifyReply, name: string, extras?: Record<string, unknown>, status?: number) {
  const answer = problemResponse(name, extras, status)
  return reply.code(answer.status).headers(answer.headers).send(JSON.stringify(answer.body))
}
