import { parsed } from './graphql-request.js'

/** Members of a request that a client may leave empty. */
const OPTIONAL = ['operationName', 'variables', 'extensions'] as const

const isNothing = (value: unknown): boolean => value === '' || value === null

/** The search part of a GET without members that are empty or null. A member that is given twice is left: it is refused. */
export function searchWithout(search: string): string {
  const parameters = new URLSearchParams(search)
  const empty = OPTIONAL.filter((name) => {
    const values = parameters.getAll(name)
    return values.length === 1 && (values[0] === '' || (name !== 'operationName' && isNothing(parsed(values[0]!))))
  })
  if (empty.length === 0) return search
  for (const name of empty) parameters.delete(name)
  return `?${parameters.toString()}`
}

/** The body of a POST without members that are empty or null; any other body as it is. */
export function bodyWithout(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const members = body as Readonly<Record<string, unknown>>
  if (!OPTIONAL.some((name) => isNothing(members[name]))) return body
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !OPTIONAL.some((one) => one === name) || !isNothing(value)),
  )
}
