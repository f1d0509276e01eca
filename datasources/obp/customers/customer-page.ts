import type { Customer, CustomerFilter } from '../../../schema/customer.js'
import { CustomerSortDirection } from '../../../schema/shared.js'
import { DEFAULT_PAGE, type Page } from '../../../schema/page.js'
import { type ApiError, nullIfNotFound } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { UnreadableRow } from '../../http/list-contract.js'
import { cursorsOf } from '../../support/cursor.js'
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

/** What a cursor holds: the position that its page comes after, and where rows without a date are. */
type CursorPosition = readonly [
  ...position: [start: number, size: number, date: string | null, id: string],
  nullsFirst: boolean,
]

const beginningOf = ([start, size, date, id, nullsFirst]: CursorPosition): Beginning => ({
  after: { start, size, date, id },
  nullsFirst,
})

/** Loads a page of customers, each once over all pages, whatever the order of the provider is within one date. */
export async function loadCustomerPage(
  instance: ObpInstance,
  operation: OperationScope,
  { first, after, filter, bankId: requestedBank }: CustomerPageKey,
): Promise<Page<Customer> | null> {
  const bankId = bankOf(instance, operation, requestedBank)
  if (bankId === null) return null
  const list = listOf(filter)
  const { isAscending, from, to } = list
  const codec = cursorsOf<CursorPosition>(operation, 'customers', [bankId, isAscending, from ?? null, to ?? null])
  const continued = after == null ? undefined : beginningOf(codec.decode(after))
  const read: RowReader = async (limit, offset) => {
    const direction = isAscending ? 'ASC' : 'DESC'
    const { customers } = instance.sources
    return (await customers.getFirehoseCustomers(operation, bankId, direction, limit, offset)).customers
  }
  const load = async (): Promise<Page<Customer>> => {
    const beginning = continued ?? (beginsLater(list) ? await findStart(read, list) : { nullsFirst: false })
    const { rows, hasNext, nullsFirst } = await readPage(read, list, first ?? DEFAULT_PAGE, beginning)
    // Rows of another bank and unreadable ones are left out; the next page begins after them.
    const nodes: Customer[] = []
    const positions: Position[] = []
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
      positions.push(position)
    }
    const last = rows.at(-1)
    const cursorOf = ({ start, size, date, id }: Position) => codec.encode([start, size, date, id, nullsFirst])
    return {
      nodes,
      cursorAt: (i) => cursorOf(positions[i]!),
      leftOut,
      endCursor: last ? cursorOf(last.position) : null,
      hasNextPage: hasNext,
      hasPreviousPage: after != null,
    }
  }
  return nullIfNotFound(load())
}
