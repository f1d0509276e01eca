import { type Call, type ProviderClient, path, type ErrorResponse, type ErrorMapping } from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import { mapError } from '../error-mapping.js'
import { type AccountBody, answers, NOT_SAVED, REFUSED_MEMBER, type UserBody } from './contract.js'

/** As everywhere in the room, and says which member of the input is meant where the code tells it. */
function memberRefusal(refused: ErrorResponse): ErrorMapping {
  const reading = mapError(refused)
  const member = REFUSED_MEMBER[reading.providerCode ?? '']
  return member === undefined
    ? reading
    : { ...reading, fields: { [`input.${member}`]: ['is not valid to the provider'] } }
}

/** A user whom the provider could not save is not wrong input. */
const userRefusal = (refused: ErrorResponse): ErrorMapping =>
  (refused.body as { message?: unknown } | null | undefined)?.message === NOT_SAVED
    ? { ...mapError(refused), code: 'PROVIDER_UNAVAILABLE' }
    : memberRefusal(refused)

/** The endpoints that open accounts and register users, one method each, in the provider's words. */
export function onboardingSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body

  return {
    /** Refuses an id that is taken, also by an account made in just the same way. */
    createAccount: (bankId: string, accountId: string, body: AccountBody) =>
      send({
        method: 'PUT',
        path: path`/obp/v4.0.0/banks/${bankId}/accounts/${accountId}`,
        effect: 'write',
        json: body,
        response: answers.account,
        mapError: memberRefusal,
      }),

    addAccount: (bankId: string, body: AccountBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/accounts`,
        effect: 'write',
        json: body,
        response: answers.account,
        mapError: memberRefusal,
      }),

    createUser: (body: UserBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/users`,
        effect: 'write',
        json: body,
        response: answers.user,
        mapError: userRefusal,
      }),
  }
}

export type OnboardingSource = ReturnType<typeof onboardingSource>
