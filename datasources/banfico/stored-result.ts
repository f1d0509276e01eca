import type { VerificationResult, VerifiedAccount } from '../../schema/verification.js'

/** A stored result. Its account has `id` for `accountId`, as version 0.1.0 stores it, so that both can serve side by side. */
export interface StoredResult extends Omit<VerificationResult, 'account'> {
  readonly account: (Omit<VerifiedAccount, 'accountId'> & { readonly id: string }) | null
}

const toStoredAccount = ({ accountId, ...rest }: VerifiedAccount) => ({ id: accountId, ...rest })

/** The part of a result that may be stored: without the scheme's raw answer, which can hold any data. */
export const toStoredResult = (result: VerificationResult): StoredResult => ({
  ...result,
  account: result.account && toStoredAccount(result.account),
  responder: result.responder && { ...result.responder, data: null },
})

const fromStoredAccount = ({ id, ...rest }: NonNullable<StoredResult['account']>): VerifiedAccount => ({
  accountId: id,
  ...rest,
})

export const fromStoredResult = (stored: StoredResult): VerificationResult => ({
  ...stored,
  account: stored.account && fromStoredAccount(stored.account),
})
