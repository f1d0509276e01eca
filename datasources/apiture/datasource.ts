import { ApiError } from '../contract/errors.js'
import { type CallScope, type ErrorMapping, type ErrorResponse, path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import type { ReadRows } from '../http/list-contract.js'
import { ProblemBody } from '../http/provider-errors.js'
import { problemName } from '../support/problem-type.js'
import { answers, type ApitureChallenge, type ApitureItem, type AssignmentBody } from './contract.js'

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

/** The header that names the institution, where the client serves several. */
export const institutionHeader = (institutionId: string | undefined): Readonly<Record<string, string>> =>
  institutionId === undefined ? {} : { 'institution-id': institutionId }

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

/** A factor of a challenge; what it needs is its kind, and its labels and questions help the customer. */
function factorOf(factor: ProblemBody): ApitureChallenge['factors'][number] {
  const security = factor.object('securityQuestions')
  const questions = security.items('questions').flatMap((question) => {
    const [id, prompt] = [question.text('id'), question.text('prompt')]
    return id === undefined || prompt === undefined ? [] : [{ id, prompt }]
  })
  return {
    id: factor.text('id'),
    type: factor.text('type'),
    labels: factor.texts('labels'),
    questions: security.isObject ? questions : undefined,
  }
}

/** The identity challenge in an error response; older documents put it at 403, newer ones at 401. */
function challengeOf({ status, body }: ErrorResponse): ApitureChallenge | undefined {
  if (status !== 401 && status !== 403) return undefined
  const problem = new ProblemBody(body)
  if (problemName(problem.text('type')) !== 'challengeRequired') return undefined
  const attributes = problem.object('attributes')
  const [operationId, challengeId] = [attributes.text('operationId'), attributes.text('challengeId')]
  const factors = attributes.items('factors').map(factorOf)
  if (operationId === undefined || challengeId === undefined || factors.length === 0) return undefined
  return { operationId, challengeId, factors }
}

/** The outcome of setting entitlements; a challenge means that nothing was executed. */
export type ApitureOutcome = { readonly items: ReadRows<ApitureItem> } | { readonly challenge: ApitureChallenge }

/** Apiture's one endpoint, in Apiture's words. */
export function apitureSource(client: ProviderClient, institutionId: string | undefined) {
  return {
    async setCustomerAccountEntitlements(
      scope: CallScope,
      bankingCustomerId: string,
      body: AssignmentBody,
      challengeToken: string | undefined,
    ): Promise<ApitureOutcome> {
      let challenge: ApitureChallenge | undefined
      try {
        const reply = await client.send(scope, {
          method: 'PUT',
          path: path`/bankingAdmin/bankingCustomers/${bankingCustomerId}/accountEntitlements`,
          effect: 'write',
          json: body,
          headers: {
            ...institutionHeader(institutionId),
            ...(challengeToken === undefined ? {} : { challenge: challengeToken }),
          },
          response: answers.entitlements,
          mapError(response) {
            challenge = challengeOf(response)
            return mapError(response)
          },
        })
        return reply.body
      } catch (error) {
        if (challenge) return { challenge }
        throw error
      }
    },
  }
}

export type ApitureSource = ReturnType<typeof apitureSource>
