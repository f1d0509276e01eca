import type { IncomingMessage } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'

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
