import type { Call } from './call.js'

interface Body {
  readonly type: string
  readonly text: string
}

/** A call encoded once: every attempt sends the same bytes, as an idempotency key requires. */
export interface EncodedRequest<T> {
  readonly call: Call<T>
  /** Path and query. */
  readonly target: string
  readonly body: Body | undefined
}

function encodeBody({ json, form }: Pick<Call<unknown>, 'json' | 'form'>): Body | undefined {
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() }
  return json === undefined ? undefined : { type: 'application/json', text: JSON.stringify(json) }
}

function encodeQuery(query: Call<unknown>['query'] = []): string {
  if (query.length === 0) return ''
  const params = new URLSearchParams()
  for (const [name, value] of query) params.append(name, value)
  return `?${params.toString()}`
}

/** Encodes a call; `prefix` is the path prefix of the provider's URL. */
export function encodeRequest<T>(call: Call<T>, prefix: string): EncodedRequest<T> {
  return { call, target: prefix + call.path.text + encodeQuery(call.query), body: encodeBody(call) }
}

/** Identifies equal requests. It holds the request's data, so it is for comparison only. */
export const requestKey = ({ call: { method, headers }, target, body }: EncodedRequest<unknown>): string =>
  `${method} ${target}\n${headers ? JSON.stringify(headers) : ''}\n${body ? `${body.type}\n${body.text}` : ''}`
