import { type ProviderClient, path, type ErrorResponse, type ErrorMapping } from '../http/client.js'
import type { OperationScope } from '../contract/provider.js'
import { answers, type ApitureChallenge, type ApitureItem, type AssignmentBody, problemName } from './contract.js'

const NO_SUCH_ACCOUNT: ErrorMapping = {
  code: 'NOT_FOUND',
  fields: { 'input.accounts': ['must exist at the provider, every one of them'] },
}

// Not final, so that the caller's idempotency key stays good for the next token.
const BAD_CHALLENGE_TOKEN: ErrorMapping = {
  code: 'CHALLENGE_REQUIRED',
  fields: { 'input.challengeToken': ['is not accepted by the provider'] },
}

/** Problem names that say it better than their status does. */
const PROBLEMS: Readonly<Record<string, ErrorMapping>> = {
  unauthorized: { stale: true },
  sessionExpired: { stale: true },
  challengeRequired: { code: 'CHALLENGE_REQUIRED' },
  invalidIdentityChallengeHeader: BAD_CHALLENGE_TOKEN,
  // The reference names it both ways.
  invalidChallengeHeader: BAD_CHALLENGE_TOKEN,
  customerDisabled: { code: 'CONFLICT', message: 'Apiture has disabled this customer.' },
  noSuchAccount: NO_SUCH_ACCOUNT,
  accountNotFound: NO_SUCH_ACCOUNT,
}

/** Reads an RFC 9457 problem by its name; a name that says nothing here leaves it to the status. */
export function mapError({ status, body }: ErrorResponse): ErrorMapping {
  const problem = answers.problem.fits(body) ? body : {}
  const name = problemName(problem.type)
  const said: ErrorMapping = { providerCode: name, providerRequestId: problem.id }
  if (name !== undefined && Object.hasOwn(PROBLEMS, name)) return { ...PROBLEMS[name], ...said }
  // A gateway in front of the API refuses an expired token without naming a problem.
  if (status === 401 && name === undefined) return { ...said, stale: true }
  return status === 412 || status === 428 ? { ...said, code: 'CONFLICT' } : said
}

/** The challenge of a refusal that is one; old documents put it at 403, newer ones at 401. */
function challengeOf({ status, body }: ErrorResponse): ApitureChallenge | undefined {
  if (status !== 401 && status !== 403) return undefined
  if (!answers.problem.fits(body) || problemName(body.type) !== 'challengeRequired') return undefined
  return answers.challenge.fits(body.attributes) ? body.attributes : undefined
}

/** What came of setting entitlements; a challenge means that nothing was changed. */
export type ApitureOutcome = { readonly items: readonly ApitureItem[] } | { readonly challenge: ApitureChallenge }

/** Apiture's one endpoint, in Apiture's words. */
export function apitureSource(client: ProviderClient, visit: OperationScope, institutionId: string | undefined) {
  return {
    async setCustomerAccountEntitlements(
      bankingCustomerId: string,
      body: AssignmentBody,
      challengeToken: string | undefined,
    ): Promise<ApitureOutcome> {
      let challenge: ApitureChallenge | undefined
      try {
        const reply = await client.send(visit, {
          method: 'PUT',
          path: path`/bankingAdmin/bankingCustomers/${bankingCustomerId}/accountEntitlements`,
          effect: 'write',
          json: body,
          headers: {
            ...(institutionId === undefined ? {} : { 'institution-id': institutionId }),
            ...(challengeToken === undefined ? {} : { challenge: challengeToken }),
          },
          response: answers.entitlements,
          mapError(refused) {
            challenge = challengeOf(refused)
            return mapError(refused)
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
