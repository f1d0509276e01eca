import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'
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

/** The one of these types that a client takes rather than the others (RFC 9110, 12.5.1); undefined where it takes none. */
function preferredType(accept: string, types: readonly string[]): string | undefined {
  const preferred = new Negotiator({ headers: { accept } }).mediaType(types.map((type) => `${type}; charset=utf-8`))
  return preferred?.split(';', 1)[0]
}

/** True when a client takes an answer of one of these types. */
export const accepts = (accept: string | undefined, types: readonly string[] = ANSWER_TYPES): boolean =>
  !accept?.trim() || preferredType(accept, types) !== undefined

/** The longest `Accept` header whose type of an answer is chosen here, and how many are cached. */
const MAX_ACCEPT_LENGTH = 200
const answerTypes = new LRUCache<string, string>({ max: 100 })

/**
 * The type of an answer that a client takes, chosen as Apollo Server chooses it; undefined where it takes none, and for a
 * longer header: to choose costs more the longer it is, and refusals are to be cheap.
 */
export function answerTypeOf(accept = ''): string | undefined {
  if (accept.length > MAX_ACCEPT_LENGTH) return undefined
  const known = answerTypes.get(accept)
  if (known !== undefined) return known || undefined
  const type = accept.trim() === '' ? ANSWER_TYPES[0] : preferredType(accept, ANSWER_TYPES)
  answerTypes.set(accept, type ?? '')
  return type
}

/** Refuses a client that takes no answer of `/graphql`, before anything runs (RFC 9110, 15.5.7). */
export function refuseUnacceptable(method: string, { accept }: IncomingHttpHeaders, hasPage: boolean): void {
  if (accepts(accept) || (hasPage && method === 'GET' && accepts(accept, ['text/html']))) return
  const message = `The header accept must allow ${ANSWER_TYPES.join(' or ')}.`
  throw withHttp(new ApiError('BAD_USER_INPUT', { message }), 406)
}
