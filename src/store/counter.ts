/** How an account stands after something was asked of it. */
export interface Account {
  /** Whether it was paid; what does not fit is not paid in part. */
  readonly paid: boolean
  readonly spent: number
  /** When it is whole again. */
  readonly resetMs: number
}

/** Pays points from the account under a name, of which there are `most` in each window; the window begins with the first payment. */
export type Spend = (name: string, points: number, most: number, windowMs: number) => Promise<Account>

/** Accounts of this process: the store of a single one, and the stand-in while Redis is away. */
export function memoryAccounts(): Spend {
  const accounts = new Map<string, { spent: number; until: number }>()
  let sweepAt = 0

  return async (name, points, most, windowMs) => {
    const now = Date.now()
    if (now >= sweepAt) {
      for (const [other, { until }] of accounts) if (until <= now) accounts.delete(other)
      sweepAt = now + windowMs
    }
    const known = accounts.get(name)
    const account = known && known.until > now ? known : { spent: 0, until: now + windowMs }
    const paid = account.spent + points <= most
    if (paid) accounts.set(name, { ...account, spent: account.spent + points })
    return { paid, spent: account.spent + (paid ? points : 0), resetMs: account.until - now }
  }
}
