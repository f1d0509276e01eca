/** How an account stands after something was asked of it. */
export interface WindowCount {
  /** Whether it was paid; what does not fit is not paid in part. */
  readonly paid: boolean
  readonly spent: number
  /** When it is whole again; 0 when it is already. */
  readonly resetMs: number
}

/** Who keeps accounts where they are asked. */
type SpendHere = (name: string, points: number, most: number, windowMs: number, owed?: number) => WindowCount

/**
 * Pays points from the account under a name, of which there are `most` in each window; the window begins with the first
 * payment. What is `owed` was let pass before and is taken first, whatever is left; it belongs to the window that
 * lasts, and to none when that is over.
 */
export type WindowCounter = (...given: Parameters<SpendHere>) => Promise<WindowCount>

/** Accounts of this process. */
export function createWindowCounter(): SpendHere {
  const known = new Map<string, { spent: number; readonly until: number }>()
  let sweepAt = 0

  return (name, points, most, windowMs, owed = 0) => {
    const now = Date.now()
    if (now >= sweepAt) {
      for (const [other, { until }] of known) if (until <= now) known.delete(other)
      sweepAt = now + windowMs
    }
    let account = known.get(name)
    if (account && account.until > now) account.spent += owed
    else if (points === 0) return { paid: true, spent: 0, resetMs: 0 }
    else account = { spent: 0, until: now + windowMs }
    const paid = account.spent + points <= most
    if (paid) account.spent += points
    if (paid) known.set(name, account)
    return { paid, spent: account.spent, resetMs: account.until - now }
  }
}

/** The same as a store answers: that of a single process. */
export function createMemoryWindowCounter(): WindowCounter {
  const spend = createWindowCounter()
  return (...given) => Promise.resolve(spend(...given))
}
