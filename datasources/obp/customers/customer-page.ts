import { createHash } from 'node:crypto'
import type { Customer, CustomerFilter } from '../../../schema/customer.js'
import { DEFAULT_PAGE, type Page } from '../../../schema/shared.js'
import { type ApiError, nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { UnreadableRow } from '../../http/list-contract.js'
import { decodeCursor, encodeCursor } from '../../support/cursor.js'
import { bankOf } from '../bank-access.js'
import { unreadableObpRow } from '../error-mapping.js'
import type { ObpInstance } from '../instance.js'
import type { FirehoseWindow } from './contract.js'
import { acceptCustomer } from './loaders.js'
import { firehoseWindow } from './mapping.js'

/** A page of a bank's customers; `after` is the cursor of the page before. */
export interface CustomerPageKey {
  readonly bankId?: string | null | undefined
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly filter?: CustomerFilter | null | undefined
}

/** Identifies a list, so that a cursor of another list is refused. */
const listHashOf = (bankId: string, window: FirehoseWindow): string =>
  createHash('sha256')
    .update(JSON.stringify([bankId, window]))
    .digest('base64url')
    .slice(0, 12)

function parseOffset(position: unknown, list: string): number | undefined {
  if (!Array.isArray(position)) return undefined
  const [offset, listOfCursor] = position as unknown[]
  const isOffset = typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 && offset < 2 ** 31
  return isOffset && listOfCursor === list ? offset : undefined
}

/** Loads a page of customers. The provider pages by offset, so a cursor holds an offset and the hash of its list. */
export async function loadCustomerPage(
  instance: ObpInstance,
  operation: OperationScope,
  { first: requested, after, filter, bankId: requestedBank }: CustomerPageKey,
): Promise<Page<Customer> | null> {
  const bankId = bankOf(instance, operation, requestedBank)
  if (bankId === null) return null
  const window = firehoseWindow(filter)
  const list = listHashOf(bankId, window)
  const first = requested ?? DEFAULT_PAGE
  const offset = after == null ? 0 : decodeCursor(after, (position) => parseOffset(position, list))
  // One row more than wanted shows whether another page follows; the provider does not say it.
  const response = await nullIfNotFound(
    instance.sources.customers.getFirehoseCustomers(operation, bankId, window, first + 1, offset),
  )
  if (response === null) return null
  const rows = response.customers
  const nodes: Customer[] = []
  const cursors: string[] = []
  const leftOut: ApiError[] = []
  rows.slice(0, first).forEach((row, i) => {
    if (row instanceof UnreadableRow) {
      instance.drift(`customers${row.member}`)
      leftOut.push(unreadableObpRow())
      return
    }
    const node = acceptCustomer(instance, operation, row, bankId)
    if (node === null) return
    nodes.push(node)
    cursors.push(encodeCursor([offset + i + 1, list]))
  })
  return {
    nodes,
    cursors,
    leftOut,
    // Rows of another bank and unreadable ones are left out; the next page begins after them.
    endCursor: rows.length === 0 ? null : encodeCursor([offset + Math.min(first, rows.length), list]),
    hasNextPage: rows.length > first,
    hasPreviousPage: after != null,
  }
}
