/** Clients of one tenant: with so many, the default rate limit of each counts and refuses none. */
export const CALLERS = 256

/** Access tokens of many callers, by what they may do. */
export interface Tokens {
  readonly full: readonly string[]
  /** Without `pii:read`. */
  readonly masked: readonly string[]
  /** Without `customers:read`. */
  readonly withoutCustomers: readonly string[]
}

/** The records that the workloads ask for. */
export interface Dataset {
  readonly members: readonly {
    readonly customerId: string
    readonly bankingCustomerId: string
    readonly account: string
  }[]
  /** Customers of a crowd, linked to persons. */
  readonly customerIds: readonly string[]
  /** Customers that the provider refuses to show. */
  readonly refusedCustomerIds: readonly string[]
  readonly personIds: readonly string[]
  readonly personPages: readonly (string | null)[]
  /** Cursors of pages of 25. */
  readonly customerPages: readonly (string | null)[]
  /** Cursors of pages of 100. */
  readonly hundreds: readonly (string | null)[]
  /** More than the process holds in memory. */
  readonly verificationIds: readonly string[]
}
