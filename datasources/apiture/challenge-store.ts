import { createHash } from 'node:crypto'
import { KycProvider as Label } from '../../schema/shared.js'
import type { Caller } from '../contract/caller.js'
import { ApiError } from '../contract/errors.js'
import type { Labels, Store, StoreKey } from '../contract/store.js'
import type { ApitureChallenge, AssignmentBody } from './contract.js'

/** How long a challenge is known after its last step. */
const CHALLENGE_SECONDS = 30 * 60
/** The token's lifetime where Apiture does not say it, and at most. */
const TOKEN_SECONDS = 30 * 60
const WINDOW_SECONDS = 60 * 60

/** Of one challenge; Apiture's own limits are lower. */
const MAX_OF_CHALLENGE = { starts: 5, verifications: 10 }
/** Of all challenges of a banking customer within an hour, whichever caller got them. */
const MAX_OF_CUSTOMER = { starts: 10, verifications: 20 }

/** A step that is counted. */
type CountedStep = keyof typeof MAX_OF_CHALLENGE

export interface StoredFactor {
  readonly id: string
  readonly type: string | undefined
  readonly questionIds: readonly string[]
}

/** A challenge that a caller got: what its two steps need, without labels and prompts. */
export interface StoredChallenge {
  readonly operationId: string
  readonly challengeId: string
  readonly bankingCustomerId: string
  readonly factors: readonly StoredFactor[]
  /** The name of the write that the challenge guards. */
  readonly write: string
  readonly starts: number
  readonly verifications: number
}

/** An object, as only objects state whom they concern. */
interface StoredToken {
  readonly token: string
}

interface Attempts {
  readonly since: number
  readonly starts: number
  readonly verifications: number
}

/** The name of a write: a hash of the customer and of what is set, so that a proof serves no other write. */
export const writeName = (bankingCustomerId: string, body: AssignmentBody): string =>
  createHash('sha256')
    .update(JSON.stringify([bankingCustomerId, body]))
    .digest('base64url')

const exhausted = () =>
  new ApiError('CHALLENGE_REQUIRED', {
    provider: Label.APITURE,
    message: 'This challenge was tried too often; send setAccountEntitlements again for a new one.',
  })

const absent = () =>
  new ApiError('NOT_FOUND', {
    provider: Label.APITURE,
    message: 'No such challenge is open for this caller; send setAccountEntitlements again for a new one.',
  })

/** Challenges and the tokens of completed ones, by the caller who was challenged: no other caller finds them. */
export class ChallengeStore {
  readonly #store: Store
  readonly #caller: readonly [tenant: string, client: string, subject: string]

  constructor(store: Store, { tenant, client, subject }: Pick<Caller, 'tenant' | 'client' | 'subject'>) {
    this.#store = store
    this.#caller = [tenant, client, subject]
  }

  /** Remembers a challenge; one that was answered again keeps its counts. */
  async remember(bankingCustomerId: string, write: string, challenge: ApitureChallenge): Promise<void> {
    const { operationId, challengeId } = challenge
    const factors = challenge.factors.flatMap(({ id, type, questions = [] }) =>
      id === undefined ? [] : [{ id, type, questionIds: questions.map((question) => question.id) }],
    )
    await this.#store.update<StoredChallenge>(
      this.#key(challengeId),
      CHALLENGE_SECONDS,
      (current) => ({
        operationId,
        challengeId,
        bankingCustomerId,
        factors,
        write,
        starts: current?.starts ?? 0,
        verifications: current?.verifications ?? 0,
      }),
      this.#labelsOf(bankingCustomerId),
    )
  }

  /** A challenge of the caller; throws `NOT_FOUND` where there is none. */
  async find(challengeId: string): Promise<StoredChallenge> {
    const challenge = await this.#store.get<StoredChallenge>(this.#key(challengeId))
    if (challenge === null) throw absent()
    return challenge
  }

  /** Counts a step before it is sent, in the store, so that the limits hold over all replicas. */
  async count(step: CountedStep, { challengeId, bankingCustomerId }: StoredChallenge): Promise<void> {
    const { changed, value } = await this.#store.update<StoredChallenge>(
      this.#key(challengeId),
      CHALLENGE_SECONDS,
      (current) =>
        current === null || current[step] >= MAX_OF_CHALLENGE[step]
          ? undefined
          : { ...current, [step]: current[step] + 1 },
      this.#labelsOf(bankingCustomerId),
    )
    if (!changed) throw value === null ? absent() : exhausted()
    await this.#countOfCustomer(step, bankingCustomerId)
  }

  async #countOfCustomer(step: CountedStep, bankingCustomerId: string): Promise<void> {
    const { changed, value } = await this.#store.update<Attempts>(
      ['challenge-attempts', bankingCustomerId],
      WINDOW_SECONDS,
      (current, now) => {
        const isOver = current === null || now - current.since >= WINDOW_SECONDS * 1000
        const attempts = isOver ? { since: now, starts: 0, verifications: 0 } : current
        return attempts[step] >= MAX_OF_CUSTOMER[step] ? undefined : { ...attempts, [step]: attempts[step] + 1 }
      },
      this.#labelsOf(bankingCustomerId),
    )
    if (changed) return
    const elapsed = value === null ? 0 : (this.#store.now() - value.since) / 1000
    throw new ApiError('RATE_LIMITED', {
      provider: Label.APITURE,
      message: 'The challenges of this banking customer were tried too often within an hour.',
      retryAfterSeconds: Math.max(1, Math.ceil(WINDOW_SECONDS - elapsed)),
    })
  }

  /** Keeps the token of a completed challenge for the write that it guards, and ends the challenge. */
  async keepToken({ write, challengeId, bankingCustomerId }: StoredChallenge, token: string): Promise<void> {
    await this.#store.set(
      this.#tokenKey(write),
      { token } satisfies StoredToken,
      TOKEN_SECONDS,
      this.#labelsOf(bankingCustomerId),
    )
    await this.#store.update(this.#key(challengeId), CHALLENGE_SECONDS, () => null).catch(() => undefined)
  }

  /** The token for a write of the caller; null where no challenge was completed for it. */
  async tokenFor(write: string): Promise<string | null> {
    return (await this.#store.get<StoredToken>(this.#tokenKey(write)))?.token ?? null
  }

  /** Forgets a token that Apiture has taken or refused. */
  async forgetToken(write: string): Promise<void> {
    await this.#store.update(this.#tokenKey(write), TOKEN_SECONDS, () => null)
  }

  #labelsOf(bankingCustomerId: string): Labels {
    const [tenant] = this.#caller
    return { subjects: [bankingCustomerId], tenant }
  }

  #key(challengeId: string): StoreKey {
    return ['challenge', ...this.#caller, challengeId]
  }

  #tokenKey(write: string): StoreKey {
    return ['challenge-token', ...this.#caller, write]
  }
}
