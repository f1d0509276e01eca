import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'

/** The paths of the graph, which are one endpoint: many clients add the slash, and some proxies do. */
export const PATHS: readonly string[] = ['/graphql', '/graphql/']

/** Methods of `/graphql`. A GET runs queries only, and needs one of the headers below. */
export const METHODS = ['GET', 'POST', 'OPTIONS'] as const

const JSON_TYPE = /^application\/json\s*(?:;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i
const UTF_8 = /^(?:utf-?8)?$/i

/** The types of an answer; clients name one of them, or a range that holds it. */
const ANSWER_TYPES = ['application/json', 'application/graphql-response+json'] as const

const unsupported = (message: string, header: string, value: string): ApiError =>
  withHttp(new ApiError('BAD_USER_INPUT', { message }), 415, [[header, value]])

/** Refuses a request that names its host twice (RFC 9112, 3.2): a proxy may have gone by the other one. */
export function refuseTwoHosts({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  if (!hasTwoHosts(rawHeaders)) return
  throw withHttp(new ApiError('BAD_USER_INPUT', { message: 'The request names its host twice.' }), 400)
}

/** True of headers, names and values one after the other, with two hosts; Node takes the first and says nothing. */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') hosts += 1
  return hosts > 1
}

/** Methods that change or remove what is at an address: at this one there is nothing of that kind. */
export const OTHER_METHODS = ['PUT', 'PATCH', 'DELETE']

/** Refuses these methods, with the header that names those that are taken (RFC 9110, 15.5.6). */
export function refuseOtherMethods(method: string): void {
  if (!OTHER_METHODS.includes(method)) return
  throw withHttp(new ApiError('BAD_USER_INPUT', { message: 'This address takes GET and POST.' }), 405, [
    ['allow', 'GET, POST'],
  ])
}

/** Headers of which a GET needs one: a page of another site cannot send them without a preflight. */
export const PREFLIGHTED_HEADERS = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'] as const

/** Refuses a GET that a page of another site could send (CSRF). */
export function refuseBareGet(method: string, headers: IncomingHttpHeaders): void {
  if (
    method !== 'GET' ||
    PREFLIGHTED_HEADERS.some((name) => headers[name]) ||
    JSON_TYPE.test(headers['content-type'] ?? '')
  )
    return
  throw withHttp(
    new ApiError('BAD_USER_INPUT', {
      message:
        'GET needs the header authorization, apollo-require-preflight or x-apollo-operation-name, or content-type: application/json, as no form of another site can send them.',
    }),
    400,
  )
}

/** Refuses a POST whose body is not read here, with the header that says what is (RFC 9110, 15.5.16). */
export function refuseUnreadBody(method: string, headers: IncomingHttpHeaders): void {
  if (method !== 'POST') return
  const coding = headers['content-encoding']?.trim()
  if (coding && coding.toLowerCase() !== 'identity')
    throw unsupported(
      'The request body must be sent without a content-encoding: compressed bodies are not read.',
      'accept-encoding',
      'identity',
    )
  const type = headers['content-type']?.trim() ?? ''
  if (!JSON_TYPE.test(type))
    throw unsupported(
      'POST needs a JSON body and the header content-type: application/json.',
      'accept',
      ANSWER_TYPES[0],
    )
  if (!UTF_8.test(CHARSET.exec(type)?.[1] ?? ''))
    throw unsupported(
      'The request body must be UTF-8: send content-type: application/json, without another charset.',
      'accept',
      ANSWER_TYPES[0],
    )
}

/** A media range of an `Accept` header: how exactly it names a type, and its weight. */
interface MediaRange {
  readonly type: string
  readonly weight: number
}

/** The media ranges that may hold an answer; one with a parameter other than `charset=utf-8` holds none. */
function mediaRangesOf(accept: string): MediaRange[] {
  return accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))
    const others = parameters.filter((parameter) => parameter !== '' && parameter !== weight)
    if (!others.every((parameter) => parameter === 'charset=utf-8')) return []
    return [{ type, weight: weight === undefined ? 1 : Number(weight.split('=')[1]) || 0 }]
  })
}

/** True when a client takes an answer of one of these types: of each type, the range that names it most exactly counts. */
export function accepts(accept: string | undefined, types: readonly string[] = ANSWER_TYPES): boolean {
  if (!accept?.trim()) return true
  const ranges = mediaRangesOf(accept)
  return types.some((type) => {
    const names = [type, `${type.split('/', 1)[0]}/*`, '*/*']
    const range = names.flatMap((name) => ranges.find((candidate) => candidate.type === name) ?? [])[0]
    return range !== undefined && range.weight > 0
  })
}

/** Refuses a client that takes no answer of `/graphql`, before anything runs (RFC 9110, 15.5.7). */
export function refuseUnacceptable(method: string, { accept }: IncomingHttpHeaders, hasPage: boolean): void {
  if (accepts(accept) || (hasPage && method === 'GET' && accepts(accept, ['text/html']))) return
  const message = `The header accept must allow ${ANSWER_TYPES.join(' or ')}.`
  throw withHttp(new ApiError('BAD_USER_INPUT', { message }), 406)
}

/** Members of a request that a client may leave empty. */
const OPTIONAL = ['operationName', 'variables', 'extensions'] as const

const isNothing = (value: unknown): boolean => value === '' || value === null

/** The search part of a GET without members that are empty or null. A member that is given twice is left: it is refused. */
export function searchWithout(search: string): string {
  if (!/[?&](?:operationName|variables|extensions)=(?:null)?(?:&|$)/.test(search)) return search
  const parameters = new URLSearchParams(search)
  for (const name of OPTIONAL) {
    const values = parameters.getAll(name)
    const isEmpty = values[0] === '' || (values[0] === 'null' && name !== 'operationName')
    if (values.length === 1 && isEmpty) parameters.delete(name)
  }
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
