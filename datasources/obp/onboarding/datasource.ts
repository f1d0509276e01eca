import type { CallScope, ErrorMapping, ErrorResponse, Path } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { ProblemBody } from '../../http/provider-errors.js'
import { obpPath, olderPath } from '../api-version.js'
import { isUnknownPath, mapError } from '../error-mapping.js'
import { requestsOf } from '../requests.js'
import { hasMovedAccounts, type Release } from '../server-releases.js'
import { ofRecord } from '../../http/written-record.js'
import { type AccountBody, answers, NOT_SAVED, type ObpAccount, REFUSED_MEMBER, type UserBody } from './contract.js'

/** Maps an error as the rest of the room does, and names the input member where the code tells it. */
function mapInputError(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  const member = REFUSED_MEMBER[mapping.providerCode ?? '']
  return member === undefined
    ? mapping
    : { ...mapping, fields: { [`input.${member}`]: ['is not valid to the provider'] } }
}

/** Refused input has no code here, so a 400 without one is about the input, unless the provider failed to save the user. */
function mapUserError(response: ErrorResponse): ErrorMapping {
  const mapping = mapInputError(response)
  if (new ProblemBody(response.body).text('message') === NOT_SAVED) return { ...mapping, code: 'PROVIDER_UNAVAILABLE' }
  const isUncoded = response.status === 400 && mapping.providerCode === undefined
  return isUncoded ? { ...mapping, code: 'BAD_USER_INPUT' } : mapping
}

/** The user that an account is opened for; undefined for that of the token. */
const ownerOf = ({ user_id: userId }: AccountBody): string | undefined => (userId === '' ? undefined : userId)

/** The endpoints that open accounts and register users, one method each, in the provider's words. */
export function onboardingSource(client: ProviderClient, release: Release | undefined) {
  const { post, put } = requestsOf(client)
  /** True when the server has this operation under v3.1.0 only. */
  let hasMoved = hasMovedAccounts(release)

  const accountPath = (bankId: string, accountId: string): Path =>
    hasMoved ? olderPath`/banks/${bankId}/accounts/${accountId}` : obpPath`/banks/${bankId}/accounts/${accountId}`

  return {
    /** Fails for an id that is taken, also by an identical account. */
    async createAccount(scope: CallScope, bankId: string, accountId: string, body: AccountBody): Promise<ObpAccount> {
      const response = ofRecord(answers.account, { account_id: accountId, user_id: ownerOf(body) })
      const send = () => put(scope, accountPath(bankId, accountId), body, response, { mapError: mapInputError })
      if (hasMoved) return send()
      try {
        return await send()
      } catch (error) {
        if (!isUnknownPath(error)) throw error
      }
      // An unknown path certainly created nothing, so the other path is tried, and remembered where it exists.
      hasMoved = true
      return send().catch((error: unknown) => {
        hasMoved = !isUnknownPath(error)
        throw error
      })
    },

    addAccount: (scope: CallScope, bankId: string, body: AccountBody) =>
      post(scope, obpPath`/banks/${bankId}/accounts`, body, ofRecord(answers.account, { user_id: ownerOf(body) }), {
        mapError: mapInputError,
      }),

    createUser: (scope: CallScope, body: UserBody) =>
      post(scope, obpPath`/users`, body, ofRecord(answers.user, { username: body.username }), {
        mapError: mapUserError,
      }),
  }
}

export type OnboardingSource = ReturnType<typeof onboardingSource>
