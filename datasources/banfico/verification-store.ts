import {
  AccountStatus,
  AccountVerificationType,
  compactId,
  NameCheckStatus,
  type VerificationResult,
  VerificationState,
} from '../../schema/verification.js'
import { ApiError } from '../contract/errors.js'
import {
  completePoll,
  isDue,
  newPollLease,
  nextPollAt,
  pollSchedule,
  type PollSchedule,
  leasePoll,
} from '../support/poll-schedule.js'
import type { Caller } from '../contract/provider.js'
import type { Store, StoreKey } from '../contract/store.js'
import type { Answered, Verify } from './contract.js'
import { keepable } from './mapping.js'

/** How long it is known whose a verification is. */
const OWNER_SECONDS = 7 * 24 * 3600
/** Slow schemes give up after hours; a responder that promises nothing is waited for this long. */
const DEFAULT_SLA_SECONDS = 24 * 3600

/** What is known of a verification that was asked for through this server. */
export interface Known {
  /** Whose it is. */
  readonly tenant: string
  /** Until when, in ms since 1970, an unknown id means that the answer is yet to come. */
  readonly slaUntil: number
  /** The last word on it while there is no answer; null once there is one. */
  readonly pending: VerificationResult | null
  /** True when the provider, asked last, knew nothing of it although its time was over. */
  readonly missing?: boolean | undefined
  /** When the provider may be asked again, and who asks. */
  readonly pace: PollSchedule
}

/** How it stood when the provider was asked last, for whoever asks before its time. */
export const lastKnownResult = ({ pending, missing, pace }: Known): VerificationResult | null =>
  pending === null || missing ? null : { ...pending, fromCache: true, nextPollAt: nextPollAt(pace) }

/** The names under which the same question is found again: nothing but case and spaces of the account's id is evened out. */
const meaning = ({ types, initiator, account }: Verify): string =>
  JSON.stringify([
    [...types].sort(),
    [account.idScheme, compactId(account.id), account.secondaryId, account.type, account.name],
    [account.holdingEntity?.type, account.holdingEntity?.value],
    (account.identities ?? []).map(({ type, value }) => [type, value]),
    [initiator?.idType, initiator?.idValue, initiator?.reference],
  ])

const DEFINITIVE: readonly (NameCheckStatus | null)[] = [
  NameCheckStatus.FULL_MATCH,
  NameCheckStatus.PARTIAL_MATCH,
  NameCheckStatus.NO_MATCH,
]

/** Only a name that was compared on an account that can be paid into; anything else may be otherwise a moment later. */
const isDefinitive = ({ state, account }: VerificationResult, { types }: Verify): boolean =>
  state === VerificationState.COMPLETED &&
  types.includes(AccountVerificationType.NAME) &&
  account?.status === AccountStatus.ACTIVE &&
  DEFINITIVE.includes(account.nameCheckStatus)

/** For what goes on without the store: nothing is found there, and nothing is kept. */
async function orWithout<T>(stored: Promise<T>): Promise<T | null> {
  try {
    return await stored
  } catch (error) {
    if (error instanceof ApiError && error.code === 'STORE_UNAVAILABLE') return null
    throw error
  }
}

const ownerKey = (id: string): StoreKey => ['verification', id]
const resultKey = (id: string): StoreKey => ['verification-result', id]
const questionKey = (question: string): StoreKey => ['verification-question', question]

/**
 * What is remembered of verifications. A name that a bank told one client is not for another, so an answer is found
 * again only by the client that asked; a result's id is its tenant's.
 */
export function createVerificationStore(store: Store, maxAgeSeconds: number) {
  const keep = async (key: StoreKey, result: VerificationResult) => {
    if (maxAgeSeconds > 0) await store.set(key, keepable(result), maxAgeSeconds)
  }

  return {
    /** The oldest that an answer may be, for a caller who accepts this age. */
    cap: (accepted: number): number => Math.min(accepted, maxAgeSeconds),

    /** The name of a question of this caller; a keyed hash. */
    question: ({ tenant, client }: Caller, verify: Verify): string =>
      store.digest('verification', tenant, client, meaning(verify)),

    /** An earlier answer to the question, no older than this. */
    async recall(question: string, ageSeconds: number): Promise<VerificationResult | null> {
      const kept = await orWithout(store.get<VerificationResult>(questionKey(question)))
      return kept && Date.now() - Date.parse(kept.checkedAt) <= ageSeconds * 1000 ? { ...kept, fromCache: true } : null
    },

    /** Remembers a new verification. Without the store the answer is given all the same; it cannot be asked for later. */
    async enter(
      { tenant }: Caller,
      question: string,
      verify: Verify,
      result: VerificationResult,
      { at, hintSeconds, slaSeconds = DEFAULT_SLA_SECONDS }: Answered,
    ): Promise<void> {
      const completed = result.state === VerificationState.COMPLETED
      const known: Known = {
        tenant,
        slaUntil: at + slaSeconds * 1000,
        pending: completed ? null : keepable(result),
        pace: pollSchedule(at, hintSeconds),
      }
      await orWithout(
        Promise.all([
          store.set(ownerKey(result.id), known, OWNER_SECONDS),
          completed ? keep(resultKey(result.id), result) : undefined,
          isDefinitive(result, verify) ? keep(questionKey(question), result) : undefined,
        ]),
      )
    },

    /** Whose it is and how it stands. Nothing else knows that, so this does not go on without the store. */
    known: (id: string): Promise<Known | null> => store.get<Known>(ownerKey(id)),

    /** A completed result, while it is kept. */
    async completed(id: string): Promise<VerificationResult | null> {
      const kept = await store.get<VerificationResult>(resultKey(id))
      return kept && { ...kept, fromCache: true }
    },

    /** Takes the turn to ask how it stands, for one caller of all replicas; without a turn somebody else asks, has just asked, or it is completed. */
    async take(id: string): Promise<{ known: Known | null; turn: string | undefined }> {
      const turn = newPollLease()
      const { value, changed } = await store.update<Known>(ownerKey(id), OWNER_SECONDS, (current) =>
        current?.pending && isDue(current.pace) ? { ...current, pace: leasePoll(current.pace, turn) } : undefined,
      )
      return { known: value, turn: changed ? turn : undefined }
    },

    /** Gives the turn back with what the provider said; null where it knew nothing of it. A slow answer never takes back what a faster one has completed. */
    async advance(
      id: string,
      turn: string,
      result: VerificationResult | null,
      { at, hintSeconds }: Pick<Answered, 'at' | 'hintSeconds'>,
    ): Promise<void> {
      if (result?.state === VerificationState.COMPLETED) return this.complete(id, result)
      await orWithout(
        store.update<Known>(ownerKey(id), OWNER_SECONDS, (current) => {
          const next = current?.pending ? completePoll(current.pace, turn, at, hintSeconds) : undefined
          return (
            next && {
              ...current!,
              pace: next,
              pending: result ? keepable(result) : current!.pending,
              missing: result === null,
            }
          )
        }),
      )
    },

    /** Gives the turn back after a failure, which says nothing of how it stands. */
    async fail(id: string, turn: string, hintSeconds: number | undefined): Promise<void> {
      await orWithout(
        store.update<Known>(ownerKey(id), OWNER_SECONDS, (current) => {
          const next = current?.pending ? completePoll(current.pace, turn, Date.now(), hintSeconds) : undefined
          return next && { ...current!, pace: next }
        }),
      )
    },

    /** Remembers the outcome: from now on nobody asks while it is kept. */
    async complete(id: string, result: VerificationResult): Promise<void> {
      await orWithout(keep(resultKey(id), result))
      await orWithout(
        store.update<Known>(ownerKey(id), OWNER_SECONDS, (current) =>
          current?.pending ? { ...current, pending: null } : undefined,
        ),
      )
    },
  }
}

export type VerificationStore = ReturnType<typeof createVerificationStore>
