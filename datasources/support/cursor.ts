import { invalidInput } from '../contract/errors.js'

/** Cursor codec: a page position as an opaque string (base64url of its JSON). */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url')

/** The position in a cursor of this list; anything that `parse` does not accept is `BAD_USER_INPUT` at `after`. */
export function decodeCursor<Position>(cursor: string, parse: (position: unknown) => Position | undefined): Position {
  const position = parse(parseJson(Buffer.from(cursor, 'base64url').toString()))
  if (position === undefined) throw invalidInput({ after: ['is not a cursor of this list'] })
  return position
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
