import { tryParseJSONC } from '@graphiql/react'

type Headers = Readonly<Record<string, unknown>>

const bearer = (token: string): string => `Bearer ${token}`

/** The headers of a tab that has none of its own. */
export const headersOf = (token: string): string => JSON.stringify({ authorization: bearer(token) }, null, 2)

function parse(text: string): Headers | undefined {
  try {
    return tryParseJSONC(text) ?? {}
  } catch {
    return undefined
  }
}

/**
 * The headers with this token; undefined where they stay as they are: they have it already, cannot be read, or have an
 * `authorization` that is no token of a persona and so was written by hand.
 */
export function withToken(text: string, token: string, issued: readonly string[]): string | undefined {
  const headers = parse(text)
  if (headers === undefined) return undefined
  const current = headers['authorization']
  if (current === bearer(token)) return undefined
  if (current !== undefined && !issued.some((one) => current === bearer(one))) return undefined
  return JSON.stringify({ ...headers, authorization: bearer(token) }, null, 2)
}
