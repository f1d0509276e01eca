import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'

/** The `Content-Type` of a request that is read. */
export const JSON_TYPE = /^application\/json\s*(?:;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i
const UTF_8 = /^(?:utf-?8)?$/i

/** The types of an answer; clients name one of them, or a range that holds it. */
const ANSWER_TYPES = ['application/json', 'application/graphql-response+json'] as const

const unsupported = (message: string, header: string, value: string): ApiError =>
  withHttp(new ApiError('BAD_USER_INPUT', { message }), 415, [[header, value]])

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
