import {
  AccountStatus,
  AccountVerificationType,
  NameCheckStatus,
  type VerificationResult,
  VerificationState,
} from '../../schema/verification.js'
import type { Store } from '../contract/store.js'
import type { Verify } from './contract.js'

/** The canonical form of a question; its texts are in normal form already. */
export const canonical = ({ types, initiator, account }: Verify): string =>
  JSON.stringify([
    [...types].sort(),
    [account.idScheme, account.id, account.secondaryId, account.type, account.name],
    [account.holdingEntity?.type, account.holdingEntity?.value],
    (account.identities ?? []).map(({ type, value }) => [type, value]),
    [initiator?.idType, initiator?.idValue, initiator?.reference],
  ])

const DEFINITIVE: readonly (NameCheckStatus | null)[] = [
  NameCheckStatus.FULL_MATCH,
  NameCheckStatus.PARTIAL_MATCH,
  NameCheckStatus.NO_MATCH,
]

/** True for a compared name on an active account; any other result may be different a moment later. */
export const isDefinitive = ({ state, account }: VerificationResult, { types }: Verify): boolean =>
  state === VerificationState.COMPLETED &&
  types.includes(AccountVerificationType.NAME) &&
  account?.status === AccountStatus.ACTIVE &&
  DEFINITIVE.includes(account.nameCheckStatus)

/** The letters and digits of an account's id, by which two notations of it are compared. */
const plain = (id: string): string => id.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase()

/** True where an answer names another account than the one asked about. Of another length it may be masked, or in another form. */
export function isOtherAccount(answered: string, asked: string): boolean {
  const [given, wanted] = [plain(answered), plain(asked)]
  return given.length === wanted.length && given !== wanted
}

/** The account of a question that is stored with it: a keyed hash, and not the number. */
export interface AskedAccount {
  readonly length: number
  readonly digest: string
}

export function askedAccount({ digest }: Store, id: string): AskedAccount {
  const account = plain(id)
  return { length: account.length, digest: digest('verified-account', account) }
}

/** As `isOtherAccount` says it of the number: false where an answer names another account than the one asked about. */
export function namesAccount({ isDigest }: Store, { length, digest }: AskedAccount, answered: string): boolean {
  const account = plain(answered)
  return account.length !== length || isDigest(digest, 'verified-account', account)
}
