import type { IncomingHttpHeaders } from 'node:http'
import type { GraphQLRequest } from '@apollo/server'

/** The parts of an HTTP request that say which GraphQL request it is. */
interface RequestSource {
  readonly method: string
  /** The path and the search part. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

const JSON_TYPE = /^application\/json(; ?charset=utf-8)?$/i

/** True of a request that brings plain JSON. */
export const hasJsonBody = (headers: IncomingHttpHeaders): boolean => JSON_TYPE.test(headers['content-type'] ?? '')

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isTextIfAny = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'
const isObjectIfAny = (value: unknown): value is Record<string, unknown> | undefined =>
  value === undefined || isObject(value)

const valueOf = (value: unknown): unknown => (value === '' || value === null ? undefined : value)

/** The request that these members make; undefined for members of another kind. */
function requestOf(members: Readonly<Record<string, unknown>>): GraphQLRequest | undefined {
  const query = members['query'] ?? undefined
  const operationName = valueOf(members['operationName'])
  const variables = valueOf(members['variables'])
  const extensions = valueOf(members['extensions'])
  if (!isTextIfAny(query) || !isTextIfAny(operationName) || !isObjectIfAny(variables) || !isObjectIfAny(extensions))
    return undefined
  return { query, operationName, variables, extensions }
}

/** The value of a JSON text; the text itself, which is no object, where it is not valid. */
export function parsed(text: string | null): unknown {
  if (text === null || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const MEMBERS = ['query', 'operationName', 'variables', 'extensions'] as const

const searchOf = (url: string): URLSearchParams => new URL(url, 'http://localhost').searchParams

/** The request of the search part of an address; undefined where a member is given twice. */
function readSearch(url: string): GraphQLRequest | undefined {
  const search = searchOf(url)
  if (MEMBERS.some((name) => search.getAll(name).length > 1)) return undefined
  return requestOf({
    query: search.get('query'),
    operationName: search.get('operationName'),
    variables: parsed(search.get('variables')),
    extensions: parsed(search.get('extensions')),
  })
}

/** The GraphQL request of a body; undefined for a body of another kind. What is null or empty is absent. */
export const readBody = (body: unknown): GraphQLRequest | undefined => (isObject(body) ? requestOf(body) : undefined)

/** The GraphQL request of a POST or a GET in the form that every client sends; undefined for any other form. What is null or empty is absent. */
export function readRequest({ method, url, headers, body }: RequestSource): GraphQLRequest | undefined {
  if (method === 'GET')
    return headers['content-type'] === undefined || hasJsonBody(headers) ? readSearch(url) : undefined
  return method === 'POST' && hasJsonBody(headers) ? readBody(body) : undefined
}

/** The `extensions` of a request in any form; undefined for what Apollo refuses. */
export function extensionsOf({ method, url, body }: Omit<RequestSource, 'headers'>): unknown {
  if (method === 'POST') return isObject(body) ? body['extensions'] : undefined
  return parsed(searchOf(url).get('extensions'))
}

/** The text of a request by POST; by GET it is short. */
export function textOf({ body }: Pick<RequestSource, 'body'>): string {
  const query = isObject(body) ? body['query'] : undefined
  return typeof query === 'string' ? query : ''
}
