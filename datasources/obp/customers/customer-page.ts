import { createHash } from 'node:crypto'
import type { Customer, CustomerFilter } from '../../../schema/customer.js'
import { CustomerSortDirection, DEFAULT_PAGE, type Page } from '../../../schema/shared.js'
import { type ApiError, nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { UnreadableRow } from '../../http/list-contract.js'
import { decodeCursor, encodeCursor } from '../../support/cursor.js'
import { bankOf } from '../bank-access.js'
import { unreadableObpRow } from '../error-mapping.js'
import type { ObpInstance } from '../instance.js'
import {
  type Beginning,
  beginsLater,
  findStart,
  type List,
  type Position,
  readPage,
  type RowReader,
} from './firehose.js'
import { acceptCustomer } from './loaders.js'

/** A page of a bank's customers; `after` is the cursor of the page before. */
export interface CustomerPageKey {
  readonly bankId?: string | null | undefined
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly filter?: CustomerFilter | null | undefined
}

const time = (text: string | null | undefined): number | undefined => (text == null ? undefined : Date.parse(text))

const listOf = (filter: CustomerFilter | null | undefined): List => ({
  isAscending: filter?.sortDirection === CustomerSortDirection.ASC,
  from: time(filter?.lastOkFrom),
  to: time(filter?.lastOkTo),
})

/** Identifies a list, so that a cursor of another list is refused. */
const listHashOf = (bankId: string, list: List): string =>
  createHash('sha256')
    .update(JSON.stringify([bankId, list]))
    .digest('base64url')
    .slice(0, 12)

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31

/** A cursor is the position that its page comes after, and the hash of its list. */
const encode = ({ start, size, date, id }: Position, nullsFirst: boolean, listHash: string): string =>
  encodeCursor([start, size, date, id, nullsFirst, listHash])

function parse(value: unknown, listHash: string): Beginning | undefined {
  if (!Array.isArray(value)) return undefined
  const [start, size, date, id, nullsFirst, hash] = value as unknown[]
  const isDate = date === null || (typeof date === 'string' && !Number.isNaN(Date.parse(date)))
  if (!isCount(start) || !isCount(size) || !isDate || typeof id !== 'string') return undefined
  if (typeof nullsFirst !== 'boolean' || hash !== listHash) return undefined
  return { after: { start, size, date, id }, nullsFirst }
}

/** Loads a page of customers, each once over all pages, whatever the order of the provider is within one date. */
export async function loadCustomerPage(
  instance: ObpInstance,
  operation: OperationScope,
  { first, after, filter, bankId: requestedBank }: CustomerPageKey,
): Promise<Page<Customer> | null> {
  const bankId = bankOf(instance, operation, requestedBank)
  if (bankId === null) return null
  const list = listOf(filter)
  const hash = listHashOf(bankId, list)
  const continued = after == null ? undefined : decodeCursor(after, (value) => parse(value, hash))
  const read: RowReader = async (limit, offset) => {
    const direction = list.isAscending ? 'ASC' : 'DESC'
    const { customers } = instance.sources
    return (await customers.getFirehoseCustomers(operation, bankId, direction, limit, offset)).customers
  }
  const load = async (): Promise<Page<Customer>> => {
    const beginning = continued ?? (beginsLater(list) ? await findStart(read, list) : { nullsFirst: false })
    const { rows, hasNext, nullsFirst } = await readPage(read, list, first ?? DEFAULT_PAGE, beginning)
    // Rows of another bank and unreadable ones are left out; the next page begins after them.
    const nodes: Customer[] = []
    const cursors: string[] = []
    const leftOut: ApiError[] = []
    for (const { row, position } of rows) {
      if (row instanceof UnreadableRow) {
        instance.drift(`customers${row.member}`)
        leftOut.push(unreadableObpRow())
        continue
      }
      const node = acceptCustomer(instance, operation, row, bankId)
      if (node === null) continue
      nodes.push(node)
      cursors.push(encode(position, nullsFirst, hash))
    }
    const last = rows.at(-1)
    return {
      nodes,
      cursors,
      leftOut,
      endCursor: last ? encode(last.position, nullsFirst, hash) : null,
      hasNextPage: hasNext,
      hasPreviousPage: after != null,
    }
  }
  return nullIfNotFound(load())
}
