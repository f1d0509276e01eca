import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Quirks } from '../../emulator/quirks.js'
import { secret } from '../../emulator/run.js'
import { contract } from '../../http/call.js'
import { refuse } from './problems.js'

/** The token that ends a challenge. */
export const CHALLENGE_TOKEN = 'verified-0001'

/** The codes that every factor with a code takes, by what they cause; any other code is wrong. */
export const CODES = {
  right: '123456',
  /** The challenge has expired. */
  late: '100001',
  /** The answer has a state that no document names. */
  undecided: '100002',
  /** The answer says verified, and has no token. */
  unproven: '100003',
  /** The code is taken, and the answer is a 500. */
  failing: '100004',
} as const

/** The right answer to every security question. */
export const ANSWER = 'Hazel'

/** The example of the reference, with every kind of factor. */
export const CHALLENGE = {
  operationId: 'createTransfer',
  challengeId: '0504076c566a3cf7009c',
  factors: [
    { type: 'sms', labels: ['9876'], id: '85c0ee5753fcd0b0953f' },
    { type: 'voice', labels: ['9876'], id: 'd089e10a80a8627df37b' },
    { type: 'voice', labels: ['6754'], id: '10506ecf9d1c2ee00403' },
    { type: 'email', labels: ['an****nk@example.com', 'an****98@example.com'], id: 'e917d671cb2f030b56f1' },
    { type: 'authenticatorToken', labels: ['Acme fob'], id: 'fe6c452d7da0bbb4e407' },
    {
      type: 'securityQuestions',
      securityQuestions: {
        questions: [
          { id: 'q1', prompt: "What is your mother's maiden name?" },
          { id: 'q4', prompt: "What is your high school's name?" },
          { id: 'q9', prompt: 'What is the name of your first pet?' },
        ],
      },
      id: 'df33c6f88a37d6b3f0a6',
    },
  ],
}

/** The factor that cannot be started. */
const UNAVAILABLE = '10506ecf9d1c2ee00403'
const MAX_ATTEMPTS = 3
const CODE_MINUTES = 5

export interface FactorCall {
  readonly Params: { readonly challengeId: string; readonly factorId: string; readonly step: string }
  readonly Body: unknown
}

const stepBody = contract(
  Type.Object({
    operationId: Type.Literal(CHALLENGE.operationId),
    responses: Type.Optional(
      Type.Array(
        Type.Object({
          promptId: Type.Optional(Type.String({ pattern: '^[-_:.~$a-zA-Z0-9]{1,48}$' })),
          response: Type.String({ minLength: 1 }),
        }),
        { minItems: 1 },
      ),
    ),
  }),
)

type Responses = readonly { readonly promptId?: string; readonly response: string }[]

interface OpenChallenge {
  readonly started: Set<string>
  attemptsLeft: number
  isRedeemed: boolean
}

/** The challenges that the emulator has set, and the tokens of those that were completed. */
export class ChallengeDesk {
  readonly #open = new Map<string, OpenChallenge>()
  readonly #tokens = new Set<string>()

  constructor(private readonly quirks: Pick<Quirks<'challengeProblems' | 'oddChallengeForms'>, 'has'>) {}

  /** Sets a challenge: one with an id of its own, or that of the reference. */
  open(isAnew: boolean): typeof CHALLENGE {
    const challenge = isAnew ? { ...CHALLENGE, challengeId: randomUUID().replaceAll('-', '').slice(0, 20) } : CHALLENGE
    this.#open.set(challenge.challengeId, { started: new Set(), attemptsLeft: MAX_ATTEMPTS, isRedeemed: false })
    return challenge
  }

  /** True for a token that counts; each counts once, but that of the reference's example. */
  redeem(token: unknown): boolean {
    if (token === CHALLENGE_TOKEN) return true
    return typeof token === 'string' && this.#tokens.delete(token)
  }

  step({ params: { challengeId, factorId, step }, body }: FastifyRequest<FactorCall>, reply: FastifyReply): unknown {
    const challenge = this.#open.get(challengeId)
    const factor = CHALLENGE.factors.find(({ id }) => id === factorId)
    if (!challenge || !factor) return refuse(reply, 'challengeNotFound')
    if (!stepBody.fits(body)) return refuse(reply, 'badRequest', { detail: stepBody.firstMismatch(body) })
    if (challenge.attemptsLeft === 0) return refuse(reply, 'challengeBlocked')
    if (challenge.isRedeemed) return refuse(reply, 'challengedAlreadyRedeemed')
    if (step === 'start') return this.#start(challenge, factorId, reply)
    if (step !== 'verify' || body.responses === undefined) return refuse(reply, 'badRequest')
    if (!challenge.started.has(factorId)) return refuse(reply, 'challengeNotStarted')
    return this.#verify(challenge, factor.securityQuestions !== undefined, body.responses, reply)
  }

  #start(challenge: OpenChallenge, factorId: string, reply: FastifyReply): unknown {
    if (factorId === UNAVAILABLE) return refuse(reply, 'factorNotAvailable')
    challenge.started.add(factorId)
    if (this.quirks.has('oddChallengeForms')) return reply.code(204).send()
    const expiresAt = new Date(Date.now() + CODE_MINUTES * 60_000).toISOString()
    return { state: 'started', remainingAttempts: challenge.attemptsLeft, expiresAt }
  }

  #verify(challenge: OpenChallenge, isQuestions: boolean, responses: Responses, reply: FastifyReply): unknown {
    const [first] = responses
    if (isQuestions)
      return responses.every(({ promptId, response }) => promptId !== undefined && response === ANSWER)
        ? this.#complete(challenge)
        : this.#reject(challenge, reply)
    switch (first!.response) {
      case CODES.right:
        return this.#complete(challenge)
      case CODES.late:
        return this.quirks.has('challengeProblems')
          ? refuse(reply, 'challengeExpired')
          : this.#answer('expired', challenge)
      case CODES.undecided:
        return this.#answer('inReview', challenge)
      case CODES.unproven:
        return this.#answer('verified', challenge)
      case CODES.failing:
        this.#complete(challenge)
        return refuse(reply, 'internalServerError')
      default:
        return this.#reject(challenge, reply)
    }
  }

  #complete(challenge: OpenChallenge) {
    const challengeToken = secret()
    this.#tokens.add(challengeToken)
    challenge.isRedeemed = true
    return { ...this.#answer('verified', challenge), challengeToken }
  }

  #reject(challenge: OpenChallenge, reply: FastifyReply): unknown {
    challenge.attemptsLeft -= 1
    if (challenge.attemptsLeft === 0) return refuse(reply, 'challengeBlocked')
    const { attemptsLeft: remainingAttempts } = challenge
    return this.quirks.has('challengeProblems')
      ? refuse(reply, 'challengeNotVerified', { attributes: { remainingAttempts } })
      : this.#answer('failed', challenge)
  }

  #answer(state: string, { attemptsLeft }: OpenChallenge) {
    return this.quirks.has('oddChallengeForms')
      ? { state: state.toUpperCase(), remainingAttempts: String(attemptsLeft), expiresAt: null }
      : { state, remainingAttempts: attemptsLeft }
  }
}
