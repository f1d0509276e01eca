import {
  AccountStatus,
  AccountVerificationType,
  NameCheckStatus,
  type VerificationResult,
  VerificationState,
  type VerifiedAccount,
} from '../../schema/verification.js'
import type { Store } from '../contract/store.js'
import type { BanficoAccount, Verify } from './contract.js'

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

/** The letters and digits of an id, by which two notations of it are compared. */
const plain = (id: string): string => id.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase()

/** True where an answer has another id than the question. Of another length it may be masked, or in another form. */
function isOther(answered: unknown, asked: string | undefined): boolean {
  if (typeof answered !== 'string' || asked === undefined) return false
  const [given, wanted] = [plain(answered), plain(asked)]
  return given.length === wanted.length && given !== wanted
}

/** True where an answer names another account than the one asked about, by its id or its secondary id. */
export const namesOther = (answered: BanficoAccount, asked: Verify['account']): boolean =>
  isOther(answered.id, asked.id) || isOther(answered.secondaryId, asked.secondaryId)

/** An id that is stored with its question: a keyed hash, and not the id. */
interface AskedId {
  readonly length: number
  readonly digest: string
}

/** The account of a question that is stored with it. */
export interface AskedAccount extends AskedId {
  /** Absent where the question had none, and in records of versions that did not keep it. */
  readonly secondary?: AskedId | undefined
}

const [ACCOUNT, SECONDARY] = ['verified-account', 'verified-secondary']

function askedId({ digest }: Store, kind: string, id: string): AskedId {
  const text = plain(id)
  return { length: text.length, digest: digest(kind, text) }
}

export const askedAccount = (store: Store, { id, secondaryId }: Verify['account']): AskedAccount => ({
  ...askedId(store, ACCOUNT, id),
  ...(secondaryId === undefined ? {} : { secondary: askedId(store, SECONDARY, secondaryId) }),
})

/** As `isOther` says it of the ids themselves. */
function isOtherThan({ isDigest }: Store, kind: string, asked: AskedId | undefined, answered: string | null): boolean {
  if (asked === undefined || answered === null) return false
  const text = plain(answered)
  return text.length === asked.length && !isDigest(asked.digest, kind, text)
}

/** As `namesOther` says it of the ids themselves: false where an answer names another account than the one asked about. */
export const namesAccount = (
  store: Store,
  asked: AskedAccount,
  { accountId, secondaryId }: Pick<VerifiedAccount, 'accountId' | 'secondaryId'>,
): boolean =>
  !isOtherThan(store, ACCOUNT, asked, accountId) && !isOtherThan(store, SECONDARY, asked.secondary, secondaryId)
