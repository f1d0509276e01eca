import { type CallScope, type ErrorMapping, type ErrorResponse, path } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { ProblemBody } from '../../http/provider-errors.js'
import { mapError } from '../error-mapping.js'
import { requestsOf } from '../requests.js'
import { type AccountBody, answers, NOT_SAVED, REFUSED_MEMBER, type UserBody } from './contract.js'

/** Maps an error as the rest of the room does, and names the input member where the code tells it. */
function mapInputError(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  const member = REFUSED_MEMBER[mapping.providerCode ?? '']
  return member === undefined
    ? mapping
    : { ...mapping, fields: { [`input.${member}`]: ['is not valid to the provider'] } }
}

/** A user that the provider failed to save is no invalid input. */
const mapUserError = (response: ErrorResponse): ErrorMapping =>
  new ProblemBody(response.body).text('message') === NOT_SAVED
    ? { ...mapError(response), code: 'PROVIDER_UNAVAILABLE' }
    : mapInputError(response)

/** The endpoints that open accounts and register users, one method each, in the provider's words. */
export function onboardingSource(client: ProviderClient) {
  const { post, put } = requestsOf(client)

  return {
    /** Fails for an id that is taken, also by an identical account. */
    createAccount: (scope: CallScope, bankId: string, accountId: string, body: AccountBody) =>
      put(scope, path`/obp/v4.0.0/banks/${bankId}/accounts/${accountId}`, body, answers.account, {
        mapError: mapInputError,
      }),

    addAccount: (scope: CallScope, bankId: string, body: AccountBody) =>
      post(scope, path`/obp/v4.0.0/banks/${bankId}/accounts`, body, answers.account, { mapError: mapInputError }),

    createUser: (scope: CallScope, body: UserBody) =>
      post(scope, path`/obp/v4.0.0/users`, body, answers.user, { mapError: mapUserError }),
  }
}

export type OnboardingSource = ReturnType<typeof onboardingSource>
