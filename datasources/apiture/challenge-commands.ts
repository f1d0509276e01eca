import type {
  ChallengeProgress,
  StartChallengeFactorInput,
  VerifyChallengeFactorInput,
} from '../../schema/challenge.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError, invalidInput } from '../contract/errors.js'
import { type Drift, providerWord, toDateTime } from '../support/mapping.js'
import type { ChallengeAnswer } from './challenge-contract.js'
import type { PromptResponse } from './challenge-source.js'
import type { StoredChallenge, StoredFactor } from './challenge-store.js'
import { challengeStore, command } from './instance.js'

interface Progress {
  readonly progress: ChallengeProgress
}

/** The factor that the caller names; throws where the challenge has none of this id. */
function factorOf({ factors }: StoredChallenge, factorId: string): StoredFactor {
  const factor = factors.find(({ id }) => id === factorId)
  if (factor === undefined) throw invalidInput({ 'input.factorId': ['must be the id of a factor of the challenge'] })
  return factor
}

const hasAll = (questionIds: readonly string[], answered: readonly string[]): boolean =>
  questionIds.length === answered.length && questionIds.every((id) => answered.includes(id))

/** What is sent for the customer's code or answers; throws where they are not those that the kind of the factor needs. */
function responsesOf(
  { type, questionIds }: StoredFactor,
  { code, answers }: VerifyChallengeFactorInput,
): readonly PromptResponse[] {
  if (type === 'securityQuestions') {
    if (code != null) throw invalidInput({ 'input.code': ['must be left out for security questions'] })
    if (!hasAll(questionIds, answers?.map(({ questionId }) => questionId) ?? []))
      throw invalidInput({ 'input.answers': ['must answer every question of the factor, and no other'] })
    return answers!.map(({ questionId, answer }) => ({ promptId: questionId, response: answer }))
  }
  if (answers != null) throw invalidInput({ 'input.answers': ['must be left out for this kind of factor'] })
  if (code == null) throw invalidInput({ 'input.code': ['must be given for this kind of factor'] })
  return [{ response: code }]
}

const toProgress = (
  { bankingCustomerId, challengeId }: StoredChallenge,
  factorId: string,
  { state, word, attemptsLeft, expiresAt }: ChallengeAnswer,
  drift: Drift,
): ChallengeProgress => ({
  bankingCustomerId,
  challengeId,
  factorId,
  state,
  stateRaw: providerWord(word),
  attemptsLeft: attemptsLeft ?? null,
  expiresAt: toDateTime(expiresAt, 'challenge.expiresAt', drift),
})

const unkept = () =>
  new ApiError('OUTCOME_UNKNOWN', {
    provider: Label.APITURE,
    message: 'The customer is verified, but the proof could not be stored; send setAccountEntitlements again.',
  })

const concerned = ({ progress }: Progress) => ({ bankingCustomerId: progress.bankingCustomerId })

/** The two steps of an identity challenge. Codes, answers and tokens are in no payload. */
export const challengeCommands = {
  startChallengeFactor: command<StartChallengeFactorInput, Progress>({
    scope: 'entitlements:write',
    type: 'StartChallengeFactorPayload',
    // The customer is sent one code more, and the last one counts.
    repeatable: true,
    concerned,
    async run({ challenges: source, drift }, operation, { challengeId, factorId }) {
      const store = challengeStore(operation)
      const challenge = await store.find(challengeId)
      factorOf(challenge, factorId)
      await store.count('starts', challenge)
      const answer = await source.startFactor(operation, { ...challenge, factorId })
      return { progress: toProgress(challenge, factorId, answer, drift) }
    },
  }),

  verifyChallengeFactor: command<VerifyChallengeFactorInput, Progress>({
    scope: 'entitlements:write',
    type: 'VerifyChallengeFactorPayload',
    // A code counts once: sent again it would be a wrong one, and cost an attempt.
    repeatable: false,
    concerned,
    async run({ challenges: source, drift }, operation, input) {
      const { challengeId, factorId } = input
      const store = challengeStore(operation)
      const challenge = await store.find(challengeId)
      const responses = responsesOf(factorOf(challenge, factorId), input)
      await store.count('verifications', challenge)
      const answer = await source.verifyFactor(operation, { ...challenge, factorId }, responses)
      if (answer.token !== undefined)
        await store.keepToken(challenge, answer.token).catch(() => {
          throw unkept()
        })
      return { progress: toProgress(challenge, factorId, answer, drift) }
    },
  }),
}
