import type { Purpose } from './data-keys.js'

/** The ways to wrap data keys. */
export const WRAPPINGS = ['local', 'aws-kms', 'vault'] as const
export type Wrapping = (typeof WRAPPINGS)[number]

/** What a data key is for, in the key ring: one purpose, or all of them for a key of `STORE_ENCRYPTION_KEY`. */
export type RingPurpose = Purpose | 'all'

/**
 * Key wrapper: encrypts data keys with a wrapping key (envelope encryption). A wrapped key is bound to its purpose:
 * `unwrap` rejects where that is another one.
 */
export interface KeyWrapper {
  readonly wrap: (secret: Buffer, purpose: RingPurpose) => Promise<string>
  readonly unwrap: (wrapped: string, purpose: RingPurpose) => Promise<Buffer>
}
