import { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'

/**
 * Makes the changes of a command in this server's own store. A store that fails may have made one although its reply was
 * lost, so the write is then in doubt, as after the lost answer of a provider; and it goes on at the deadline. What is
 * read before the first change stays outside: where that fails, nothing was done. Where the deadline passes by then,
 * nothing is done either, because its caller was told so.
 */
export async function changeOwn<T>(
  { signal, markSent }: Partial<Pick<OperationScope, 'signal' | 'markSent'>>,
  change: () => Promise<T>,
): Promise<T> {
  // Nothing is awaited from here to the mark: the caller is told by it whether the change goes on.
  if (signal?.aborted) throw new ApiError('DEADLINE_EXCEEDED')
  markSent?.()
  try {
    return await change()
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'STORE_UNAVAILABLE') throw error
    throw new ApiError('OUTCOME_UNKNOWN', { title: 'This server', cause: error.cause })
  }
}
