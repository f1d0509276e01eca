import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError } from '../contract/errors.js'
import { type CallScope, type ErrorResponse, path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import type { ReadRows } from '../http/list-contract.js'
import { ProblemBody } from '../http/provider-errors.js'
import { problemName } from '../support/problem-type.js'
import { answers, type ApitureChallenge, type ApitureItem, type AssignmentBody } from './contract.js'
import { mapError } from './error-mapping.js'

/** The header that names the institution, where the client serves several. */
export const institutionHeader = (institutionId: string | undefined): Readonly<Record<string, string>> =>
  institutionId === undefined ? {} : { 'institution-id': institutionId }

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

const unconfirmed = (providerStatus: number) =>
  new ApiError('OUTCOME_UNKNOWN', { provider: Label.APITURE, title: 'Apiture', providerStatus })

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
        // The reference has 200 alone: another status does not say that the write was executed.
        if (reply.status !== 200) throw unconfirmed(reply.status)
        return reply.body
      } catch (error) {
        if (challenge) return { challenge }
        throw error
      }
    },
  }
}

export type ApitureSource = ReturnType<typeof apitureSource>
