import type { EncodedRequest } from './encode.js'
import { USER_AGENT } from './user-agent.js'

export type RequestHeaders = Readonly<Record<string, string>>
export const NO_HEADERS: RequestHeaders = {}

/** The headers by which a provider finds the request again. */
interface Ids {
  readonly interactionId: string | undefined
  readonly trace: RequestHeaders | undefined
}

/** The headers of a request: those of the credential and then of the call replace the others. */
export function headersOf(
  { call, body }: EncodedRequest<unknown>,
  credential: RequestHeaders,
  { interactionId, trace }: Ids,
): RequestHeaders {
  const headers: Record<string, string> = {
    accept: 'application/json, application/problem+json',
    'user-agent': USER_AGENT,
  }
  if (interactionId !== undefined) headers['x-fapi-interaction-id'] = interactionId
  if (body) headers['content-type'] = body.type
  return Object.assign(headers, trace, credential, call.headers)
}
