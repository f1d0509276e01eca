import { ApiError } from '../contract/errors.js'
import { type CallScope, type ErrorMapping, type ErrorResponse, type Path, path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { ProblemBody } from '../http/provider-errors.js'
import { problemName } from '../support/problem-type.js'
import {
  anyAnswer,
  type ChallengeAnswer,
  type ChallengeStep,
  isBlocked,
  readAnswer,
  readProblem,
} from './challenge-contract.js'
import { institutionHeader } from './datasource.js'
import { blocked, mapError } from './error-mapping.js'
import { KycProvider as Label } from '../../schema/shared.js'

/** The factor of a challenge, as both steps name it. */
interface FactorKey {
  readonly operationId: string
  readonly challengeId: string
  readonly factorId: string
}

/** The answer to one prompt; a one-time code answers no prompt. */
export interface PromptResponse {
  readonly promptId?: string
  readonly response: string
}

const NOT_COMPLETABLE: ErrorMapping = {
  code: 'CONFLICT',
  message: 'Apiture cannot use this factor now; the customer must choose another one.',
  fields: { 'input.factorId': ['is not available at the provider'] },
}

const REDEEMED: ErrorMapping = {
  code: 'CONFLICT',
  message: 'This challenge was completed before; send setAccountEntitlements again.',
}

/** Problems of the Challenges API; the spellings with `authenticator` and `challenged` are those of the Auth API 0.33. */
const PROBLEMS: Readonly<Record<string, ErrorMapping>> = {
  factorNotAvailable: NOT_COMPLETABLE,
  authenticatorNotCompletable: NOT_COMPLETABLE,
  authenticatorNotFound: NOT_COMPLETABLE,
  challengeAlreadyRedeemed: REDEEMED,
  challengedAlreadyRedeemed: REDEEMED,
}

function mapStepError(response: ErrorResponse): ErrorMapping {
  const mapped = mapError(response)
  const name = mapped.providerCode
  if (name === undefined) return mapped
  if (isBlocked(name)) return { ...mapped, ...blocked }
  return Object.hasOwn(PROBLEMS, name) ? { ...mapped, ...PROBLEMS[name] } : mapped
}

/** The path of a step: the setting's template with encoded ids. */
export function stepPath(template: string, { challengeId, factorId }: FactorKey, step: ChallengeStep): Path {
  const values: Readonly<Record<string, string>> = { challengeId, factorId, step }
  const text = template.replace(/\{(\w+)\}/g, (_place, name: string) => path`${values[name]!}`.text)
  return { text, template: template.replace('{step}', step).replace(/\{\w+\}/g, '{}') }
}

const blockedError = (word: string) =>
  new ApiError('CHALLENGE_REQUIRED', { provider: Label.APITURE, message: blocked.message, providerCode: word })

/** The two steps of Apiture's Challenges API. */
export function challengeSource(client: ProviderClient, factorPath: string, institutionId: string | undefined) {
  async function send(
    scope: CallScope,
    step: ChallengeStep,
    key: FactorKey,
    body: { readonly responses?: readonly PromptResponse[] },
  ): Promise<ChallengeAnswer> {
    let told: ChallengeAnswer | undefined
    try {
      const reply = await client.send(scope, {
        method: 'POST',
        path: stepPath(factorPath, key, step),
        effect: 'write',
        json: { operationId: key.operationId, ...body },
        headers: institutionHeader(institutionId),
        response: anyAnswer,
        mapError(response) {
          const name = problemName(new ProblemBody(response.body).text('type'))
          told = readProblem(name, response.body)
          return mapStepError(response)
        },
      })
      const answer = readAnswer(step, reply.body)
      if (isBlocked(answer.word)) throw blockedError('challengeBlocked')
      return answer
    } catch (error) {
      if (told && error instanceof ApiError && error.code !== 'OUTCOME_UNKNOWN') return told
      throw error
    }
  }
  return {
    startFactor: (scope: CallScope, key: FactorKey) => send(scope, 'start', key, {}),
    verifyFactor: (scope: CallScope, key: FactorKey, responses: readonly PromptResponse[]) =>
      send(scope, 'verify', key, { responses }),
  }
}

export type ChallengeSource = ReturnType<typeof challengeSource>
