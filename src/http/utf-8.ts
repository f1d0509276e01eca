import { isUtf8 } from 'node:buffer'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'

const refusal = (message: string): ApiError => withHttp(new ApiError('BAD_USER_INPUT', { message }), 400)

/** Refuses a body that is no UTF-8: its bytes would be read as U+FFFD, and so written to providers. */
export function refuseOtherBytes(body: Buffer): void {
  if (!isUtf8(body))
    throw refusal('The request body must be UTF-8: send content-type: application/json, without another charset.')
}

function isEncoded(search: string): boolean {
  try {
    decodeURIComponent(search)
    return true
  } catch {
    return false
  }
}

/** Characters that an address has in percent-encoding alone. */
// eslint-disable-next-line no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/

/** Refuses the search part of an address whose bytes are no UTF-8 in percent-encoding, for the same reason. */
export function refuseOtherSearch(url: string): void {
  const search = url.slice(url.indexOf('?') + 1)
  if (NOT_ASCII.test(search) || !isEncoded(search))
    throw refusal('The search part of the address must be UTF-8 in percent-encoding.')
}
