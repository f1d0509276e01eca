import { invalidInput } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'

/** A cursor is longer only where the provider's own page token is. */
export const MAX_CURSOR_LENGTH = 8_000

/** The cursors of one list. */
interface Cursors<Position> {
  /** The cursor of a position. */
  readonly encode: (position: Position) => string
  /** The position of a cursor of this list; any other text is `BAD_USER_INPUT` at `after`. */
  readonly decode: (cursor: string) => Position
}

/**
 * Cursor codec of a list: a position as an opaque text. It is encrypted with the key of the store, and bound to the
 * list, to what selects and orders its rows (`selection`, as plain JSON), and to the tenant: a cursor that was changed,
 * or is of another list, is refused.
 */
export function cursorsOf<Position>(
  { store, caller }: Pick<OperationScope, 'store' | 'caller'>,
  list: string,
  selection: unknown,
): Cursors<Position> {
  const context = ['cursor', list, caller.tenant, JSON.stringify(selection)]
  return {
    encode: (position) => store.seal(position, ...context),
    decode(cursor) {
      const position = cursor.length > MAX_CURSOR_LENGTH ? null : store.unseal(cursor, ...context)
      if (position === null) throw invalidInput({ after: ['is not a cursor of this list'] })
      return position as Position
    },
  }
}
