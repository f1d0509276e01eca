import type { Dataset } from '../../../bench/dataset.js'
import { CUSTOMER, CUSTOMERS, customersPage, type Operation } from '../../../bench/operations.js'

/** What is asked for. No two operations are the same: those in flight share no call, and each costs the same at any load. */
export interface Mix {
  readonly name: string
  readonly title: string
  readonly operations: (dataset: Dataset) => readonly Operation[]
}

/** A page of customers without their persons, which are another provider's. */
const PAGE = CUSTOMERS.replace(/person \{[^}]*\} /, '')

export const MIXES: readonly Mix[] = [
  {
    name: 'lists',
    title: 'pages of 25 customers with their persons',
    operations: ({ customerPages }) => customerPages.map((after) => customersPage(25, after)),
  },
  {
    name: 'small',
    title: 'of ten operations eight are for one customer, one for a page of 25 and one for a page of 100',
    operations: ({ customerIds, customerPages, hundreds }) =>
      customerIds.map((id, i) => {
        const page = (first: number, cursors: readonly (string | null)[]): Operation => ({
          query: PAGE,
          variables: { first, after: cursors[Math.floor(i / 10) % cursors.length] },
        })
        if (i % 10 === 8) return page(25, customerPages)
        return i % 10 === 9 ? page(100, hundreds) : { query: CUSTOMER, variables: { id } }
      }),
  },
]
