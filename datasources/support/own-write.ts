import { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'

/**
 * Makes the changes of a command in this server's own store. A store that fails may have made one although its reply was
 * lost, so the write is then in doubt, as after the lost answer of a provider; and it goes on at the deadline. What is
 * read before the first change stays outside: where that fails, nothing was done.
 */
export async function changeOwn<T>(
  { markSent }: Pick<OperationScope, 'markSent'>,
  change: () => Promise<T>,
): Promise<T> {
  markSent?.()
  try {
    return await change()
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'STORE_UNAVAILABLE') throw error
    throw new ApiError('OUTCOME_UNKNOWN', { title: 'This server', cause: error.cause })
  }
}
