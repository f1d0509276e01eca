import { Type } from '@sinclair/typebox'
import { ChallengeState } from '../../schema/challenge.js'
import { type Contract, contract } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'

/**
 * Apiture's Challenges API 0.7. Public are the ids that both steps pass on, the `promptId` of an answer, the form of the
 * token and the names of the problems; paths, bodies and words are assumptions (`docs/providers/apiture.md`), so answers
 * are read member by member.
 * Reference: https://developer.apiture.com/docs/apis/bankingChallenges/
 */
export const DEFAULT_FACTOR_PATH = '/banking/challenges/{challengeId}/factors/{factorId}/{step}'

/** The steps of a factor, as the path names them. */
export type ChallengeStep = 'start' | 'verify'

/** Any answer: one without a body, too. */
export const anyAnswer: Contract<unknown> = contract(Type.Unknown())

/** What a step answered. The token is a secret: it goes to the store alone. */
export interface ChallengeAnswer {
  readonly state: ChallengeState
  readonly word: string | undefined
  readonly attemptsLeft: number | undefined
  readonly expiresAt: string | undefined
  readonly token: string | undefined
}

/** True where the words say that the challenges of the customer are blocked. */
export const isBlocked = (word: string | undefined): boolean => stateOf(BLOCKED, word) !== undefined

const BLOCKED: Readonly<Record<string, true>> = {
  blocked: true,
  locked: true,
  challengeblocked: true,
  authenticatorattemptsexceeded: true,
}

const STATES: Readonly<Record<string, ChallengeState>> = {
  started: ChallengeState.STARTED,
  sent: ChallengeState.STARTED,
  pending: ChallengeState.STARTED,
  verified: ChallengeState.VERIFIED,
  completed: ChallengeState.VERIFIED,
  succeeded: ChallengeState.VERIFIED,
  failed: ChallengeState.REJECTED,
  rejected: ChallengeState.REJECTED,
  incorrect: ChallengeState.REJECTED,
  expired: ChallengeState.EXPIRED,
}

/** The problems that tell a state. The spellings with `challenged` are those of Apiture's Auth API 0.33. */
const PROBLEM_STATES: Readonly<Record<string, ChallengeState>> = {
  challengefailed: ChallengeState.REJECTED,
  challengenotverified: ChallengeState.REJECTED,
  challengednotverified: ChallengeState.REJECTED,
  challengeexpired: ChallengeState.EXPIRED,
  challengedexpired: ChallengeState.EXPIRED,
}

/** The value of a word in either case and with any separator; undefined for another word. */
function stateOf<T>(states: Readonly<Record<string, T>>, word: string | undefined): T | undefined {
  const plain = word?.toLowerCase().replace(/[\s_-]/g, '') ?? ''
  return Object.hasOwn(states, plain) ? states[plain] : undefined
}

const TOKEN = /^[-_:.~%$a-zA-Z0-9]{8,255}$/

const textOf = (body: ProblemBody, ...names: readonly string[]): string | undefined =>
  names.map((name) => body.text(name)).find((text) => text !== undefined)

const attemptsOf = (body: ProblemBody): number | undefined => {
  const attempts = body.number('remainingAttempts') ?? body.number('attemptsRemaining')
  return attempts !== undefined && Number.isInteger(attempts) && attempts >= 0 && attempts <= 1000
    ? attempts
    : undefined
}

/**
 * The state that a 2xx answer tells. Verified needs both the token and no word against it: without the token the write
 * could not go on, and a token beside a refusal proves nothing.
 */
function answeredState(step: ChallengeStep, word: string | undefined, token: string | undefined): ChallengeState {
  const told = stateOf(STATES, word)
  if (step === 'start') return word === undefined ? ChallengeState.STARTED : (told ?? ChallengeState.UNKNOWN)
  if (token === undefined)
    return told === ChallengeState.VERIFIED ? ChallengeState.UNKNOWN : (told ?? ChallengeState.UNKNOWN)
  return word === undefined || told === ChallengeState.VERIFIED
    ? ChallengeState.VERIFIED
    : (told ?? ChallengeState.UNKNOWN)
}

/** Reads the 2xx answer of a step. */
export function readAnswer(step: ChallengeStep, json: unknown): ChallengeAnswer {
  const body = new ProblemBody(json)
  const word = textOf(body, 'state', 'status', 'result')
  const given = step === 'verify' ? textOf(body, 'challengeToken', 'token') : undefined
  const token = given !== undefined && TOKEN.test(given) ? given : undefined
  const state = answeredState(step, word, token)
  return {
    state,
    word,
    attemptsLeft: attemptsOf(body),
    expiresAt: textOf(body, 'expiresAt'),
    token: state === ChallengeState.VERIFIED ? token : undefined,
  }
}

/** The answer that a problem tells; undefined for a problem that is an error. */
export function readProblem(name: string | undefined, json: unknown): ChallengeAnswer | undefined {
  const state = stateOf(PROBLEM_STATES, name)
  if (state === undefined) return undefined
  const attributes = new ProblemBody(json).object('attributes')
  return {
    state,
    word: name,
    attemptsLeft: attemptsOf(attributes),
    expiresAt: textOf(attributes, 'expiresAt'),
    token: undefined,
  }
}
