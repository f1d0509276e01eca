import { ApiError } from '../../datasources/contract/errors.js'

/** Why the store is not trusted: the classes in the log, the metrics and the reasons of `/ready`. */
export const DISTRUST = ['EPOCH_LOST', 'EVICTING', 'OTHER_KEY', 'UNKNOWN_VERSION'] as const
export type Distrust = (typeof DISTRUST)[number]

/** What a claim is checked against in its script: the epoch record of the name's part, and the epoch that it must state. */
export interface ClaimCheck {
  readonly epochName: string
  readonly epoch: string
}

/** Whether the store is known to have forgotten nothing. */
export interface Trust {
  /** The check of a claim on a name; rejects with `STORE_UNTRUSTED`, or `STORE_UNAVAILABLE` where it cannot be known. */
  readonly checkOf: (name: string) => Promise<ClaimCheck | undefined>
  /** Reads the epoch again after a script found another one. */
  readonly recheck: () => Promise<void>
}

/** Trust in a store that cannot forget, such as the memory of this process. */
export const UNCHECKED: Trust = { checkOf: () => Promise.resolve(undefined), recheck: () => Promise.resolve() }

/** The class of the cause is for operators: log, metric and `/ready`. */
export const untrusted = (): ApiError => new ApiError('STORE_UNTRUSTED', { retryAfterSeconds: 5 })
