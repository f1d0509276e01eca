import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import { JSON_TYPE } from './content-negotiation.js'

/** Methods of `/graphql`. A GET runs queries only, and needs one of the headers below. */
export const METHODS = ['GET', 'POST'] as const

/**
 * Methods that change or remove what is at an address: at this one there is nothing of that kind. And OPTIONS, for
 * requests that are no preflight of a page that may call: that one is answered before (`cors.ts`).
 */
export const OTHER_METHODS = ['PUT', 'PATCH', 'DELETE', 'OPTIONS']

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
