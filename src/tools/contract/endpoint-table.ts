// The Open Bank Project publishes no OpenAPI document that covers its endpoints with their errors, so a table of them may be
// given instead: an array with one object for each endpoint, with examples in place of schemas.

type Example = unknown

interface Endpoint {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly successStatus: number
  /** The version that the endpoint belongs to; it is found under this one and later ones. */
  readonly implementedIn?: string
  readonly requestExample?: Example
  readonly requestFields?: Readonly<Record<string, string>>
  readonly responseExample?: Example
  readonly errorBehaviour?: readonly { readonly status: number }[]
}

export const isEndpointTable = (document: unknown): document is readonly Endpoint[] =>
  Array.isArray(document) &&
  document.length > 0 &&
  document.every(
    (row: Partial<Endpoint> | null) =>
      typeof row?.method === 'string' && typeof row.path === 'string' && typeof row.successStatus === 'number',
  )

/** Statuses that every endpoint may answer with. */
const COMMON_STATUSES = [400, 401, 403, 404, 429, 500]

const ERROR = {
  type: 'object',
  required: ['code', 'message'],
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
}

const INSTANT = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$'
// An absent day is an empty text.
const DAY = '^(\\d{4}-\\d{2}-\\d{2})?$'

const patternOf = (example: string): object =>
  /^\d{4}-\d{2}-\d{2}T[\d:]+Z$/.test(example)
    ? { pattern: INSTANT }
    : /^\d{4}-\d{2}-\d{2}$/.test(example)
      ? { pattern: DAY }
      : {}

/** The schema of an example; every member may be null. `isOptional` tells by its dotted path which may be absent. */
function schemaOf(example: Example, isOptional: (path: string) => boolean, path = ''): object {
  if (Array.isArray(example))
    return { type: ['array', 'null'], items: example.length === 0 ? {} : schemaOf(example[0], isOptional, path) }
  if (typeof example === 'object' && example !== null) {
    const members = Object.entries(example).map(
      ([name, member]) => [name, member as Example, path === '' ? name : `${path}.${name}`] as const,
    )
    return {
      type: path === '' ? 'object' : ['object', 'null'],
      required: members.filter(([, , at]) => !isOptional(at)).map(([name]) => name),
      properties: Object.fromEntries(members.map(([name, member, at]) => [name, schemaOf(member, isOptional, at)])),
    }
  }
  if (typeof example === 'string') return { type: ['string', 'null'], ...patternOf(example) }
  if (typeof example === 'number') return { type: ['number', 'null'] }
  return typeof example === 'boolean' ? { type: ['boolean', 'null'] } : {}
}

function requestOf({ method, requestExample, requestFields = {} }: Endpoint): object {
  if (method === 'GET') {
    const names = Object.keys(requestFields)
    // `query` and `anything else` stand for names that the caller chooses.
    const isOpen = names.some((name) => name === 'query' || name.includes(' '))
    const parameters = names
      .filter((name) => /^\w+$/.test(name) && name !== 'query')
      .map((name) => ({ name, in: 'query', schema: {} }))
    return isOpen ? { parameters, 'x-open-query': true } : { parameters }
  }
  if (requestExample === undefined || requestExample === null) return {}
  const isOptional = (path: string) =>
    Object.hasOwn(requestFields, '*') || /may be omitted|optional|absent/.test(requestFields[path] ?? '')
  return {
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(requestExample, isOptional) } } },
  }
}

function responsesOf({ method, successStatus, responseExample, errorBehaviour = [] }: Endpoint): object {
  const json = (schema: object) => ({ content: { 'application/json': { schema } } })
  // The body of an answer to DELETE differs between releases.
  const success = method === 'DELETE' ? json({}) : json(schemaOf(responseExample, () => false))
  const failures = [...COMMON_STATUSES, ...errorBehaviour.map(({ status }) => status)]
  return {
    ...Object.fromEntries(failures.map((status) => [String(status), json(ERROR)])),
    [String(successStatus)]: successStatus === 204 ? {} : success,
  }
}

/** What the server says of itself, which no table of operations holds. */
const ROOT: Endpoint = {
  operationId: 'root',
  method: 'GET',
  path: '/obp/v4.0.0/root',
  successStatus: 200,
}

const paths = ({ path, implementedIn }: Endpoint): readonly string[] => [
  ...new Set([path, implementedIn === undefined ? path : path.replace(/\/v\d+\.\d+\.\d+\//, `/${implementedIn}/`)]),
]

/** Converts a table of endpoints to an OpenAPI document; schemas are derived from the examples. */
export function endpointTableToOpenApi(table: readonly Endpoint[]): Readonly<Record<string, unknown>> {
  const items: Record<string, Record<string, object>> = {}
  for (const endpoint of [ROOT, ...table])
    for (const path of paths(endpoint))
      (items[path] ??= {})[endpoint.method.toLowerCase()] = {
        operationId: endpoint.operationId,
        ...requestOf(endpoint),
        responses: responsesOf(endpoint),
      }
  return { openapi: '3.1.0', info: { title: 'Table of endpoints', version: String(table.length) }, paths: items }
}
