import { ApiError } from '../contract/errors.js'
import type { ErrorMapping, ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'
import { problemName } from '../support/problem-type.js'

const NO_SUCH_ACCOUNT: ErrorMapping = {
  code: 'NOT_FOUND',
  fields: { 'input.accounts': ['must exist at the provider, every one of them'] },
}

// The outcome is not final, so the caller may send the next token under the same idempotency key.
const BAD_CHALLENGE_TOKEN: ErrorMapping = {
  code: 'CHALLENGE_REQUIRED',
  fields: { 'input.challengeToken': ['is not accepted by the provider'] },
}

/** The reference uses both names. */
const REFUSED_TOKEN: ReadonlySet<string> = new Set(['invalidIdentityChallengeHeader', 'invalidChallengeHeader'])

/** The problem of a customer who failed too many challenges. */
export const blocked: ErrorMapping = {
  code: 'CHALLENGE_REQUIRED',
  message: "The customer's identity challenges are blocked at Apiture; the customer must ask the bank to unblock them.",
}

/** Problem names that are more precise than the status. */
const PROBLEMS: Readonly<Record<string, ErrorMapping>> = {
  unauthorized: { stale: true },
  sessionExpired: { stale: true },
  challengeRequired: { code: 'CHALLENGE_REQUIRED' },
  ...Object.fromEntries([...REFUSED_TOKEN].map((name) => [name, BAD_CHALLENGE_TOKEN])),
  // The customer must act, and may then repeat the write under the same idempotency key.
  challengeBlocked: blocked,
  noIdentityChallengeFactors: {
    code: 'CHALLENGE_REQUIRED',
    message:
      'The customer has nothing at Apiture to prove who they are with; the customer must first set up a phone number, an e-mail address or another factor in the digital bank.',
  },
  passwordChangeRequired: {
    code: 'CHALLENGE_REQUIRED',
    message: 'The customer must first change their password in the digital bank.',
  },
  loginIncomplete: {
    code: 'CHALLENGE_REQUIRED',
    message: 'The customer must first complete their login in the digital bank.',
  },
  customerDisabled: { code: 'CONFLICT', message: 'Apiture has disabled this customer.' },
  noSuchAccount: NO_SUCH_ACCOUNT,
  accountNotFound: NO_SUCH_ACCOUNT,
}

/** Maps an RFC 9457 problem by its name; an unlisted name is classified by the status. */
export function mapError({ status, body }: ErrorResponse): ErrorMapping {
  const problem = new ProblemBody(body)
  const name = problemName(problem.text('type'))
  const ids: ErrorMapping = { providerCode: name, providerRequestId: problem.text('id') }
  if (name !== undefined && Object.hasOwn(PROBLEMS, name)) return { ...PROBLEMS[name], ...ids }
  // A gateway in front of the API rejects an expired token without a problem name.
  if (status === 401 && name === undefined) return { ...ids, stale: true }
  return status === 412 || status === 428 ? { ...ids, code: 'CONFLICT' } : ids
}

/** True where Apiture refused the token of a challenge: it was used, or it has expired. Nothing was executed. */
export const isRefusedToken = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === BAD_CHALLENGE_TOKEN.code &&
  REFUSED_TOKEN.has(String(error.extensions['providerCode']))
