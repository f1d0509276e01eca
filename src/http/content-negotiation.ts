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

/** A media range of an `Accept` header. */
interface MediaRange {
  readonly type: string
  readonly weight: number
  readonly hasCharset: boolean
  /** Its place in the header. */
  readonly place: number
}

/** The media ranges that may hold an answer; one with a parameter other than `charset=utf-8` holds none. */
function mediaRangesOf(accept: string): MediaRange[] {
  return accept.split(',').flatMap((range, place) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))
    const others = parameters.filter((parameter) => parameter !== '' && parameter !== weight)
    if (!others.every((parameter) => parameter === 'charset=utf-8')) return []
    const hasCharset = others.length > 0
    return [{ type, weight: weight === undefined ? 1 : Number(weight.split('=')[1]) || 0, hasCharset, place }]
  })
}

/** A type of an answer that a client takes, and how much: by weight, then by how exactly it is named, then by place. */
interface AcceptedType {
  readonly type: string
  readonly range: MediaRange
  /** 0 for the type itself, 1 for all of its kind, 2 for any. */
  readonly generality: number
}

/** The types that a client takes, the preferred one first: of each type, the range that names it most exactly counts. */
function acceptedTypes(accept: string, types: readonly string[]): AcceptedType[] {
  const ranges = mediaRangesOf(accept)
  const accepted = types.flatMap((type) => {
    const names = [type, `${type.split('/', 1)[0]}/*`, '*/*']
    const found = names.flatMap((name, generality) => {
      const range = ranges.find((candidate) => candidate.type === name)
      return range === undefined ? [] : [{ type, range, generality }]
    })
    return found.slice(0, 1).filter(({ range }) => range.weight > 0)
  })
  return accepted.sort(
    (a, b) =>
      b.range.weight - a.range.weight ||
      a.generality - b.generality ||
      Number(b.range.hasCharset) - Number(a.range.hasCharset) ||
      a.range.place - b.range.place,
  )
}

/** True when a client takes an answer of one of these types. */
export const accepts = (accept: string | undefined, types: readonly string[] = ANSWER_TYPES): boolean =>
  !accept?.trim() || acceptedTypes(accept, types).length > 0

/** The type of an answer that a client takes, chosen as Apollo Server chooses it; undefined where it takes none. */
export const answerTypeOf = (accept: string | undefined): string | undefined =>
  accept?.trim() ? acceptedTypes(accept, ANSWER_TYPES)[0]?.type : ANSWER_TYPES[0]

/** Refuses a client that takes no answer of `/graphql`, before anything runs (RFC 9110, 15.5.7). */
export function refuseUnacceptable(method: string, { accept }: IncomingHttpHeaders, hasPage: boolean): void {
  if (accepts(accept) || (hasPage && method === 'GET' && accepts(accept, ['text/html']))) return
  const message = `The header accept must allow ${ANSWER_TYPES.join(' or ')}.`
  throw withHttp(new ApiError('BAD_USER_INPUT', { message }), 406)
}
