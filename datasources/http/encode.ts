import type { Call } from './call.js'

interface Body {
  readonly type: string
  readonly text: string
}

/** A call as it is sent, with every try the same bytes: under an idempotency key they must be. */
export interface EncodedRequest<T> {
  readonly call: Call<T>
  /** Path and query. */
  readonly target: string
  readonly body: Body | undefined
}

function encoded({ json, form }: Pick<Call<unknown>, 'json' | 'form'>): Body | undefined {
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() }
  return json === undefined ? undefined : { type: 'application/json', text: JSON.stringify(json) }
}

/** What stays as it is when it is form-encoded. */
const PLAIN = /^[\w*.-]*$/

const pair = ([name, value]: readonly [string, string]): string =>
  PLAIN.test(name) && PLAIN.test(value) ? `${name}=${value}` : new URLSearchParams([[name, value]]).toString()

function queryOf(query: Call<unknown>['query']): string {
  let text = ''
  if (query) for (const each of query) text += (text === '' ? '?' : '&') + pair(each)
  return text
}

/** Writes a call out; `prefix` is where the provider's addresses begin. */
export function encodeRequest<T>(call: Call<T>, prefix: string): EncodedRequest<T> {
  return { call, target: prefix + call.path.text + queryOf(call.query), body: encoded(call) }
}

/** All of a letter that its answer depends on. It holds what was asked about, so it is for comparing and nothing else. */
export const requestKey = ({ call: { method, headers }, target, body }: EncodedRequest<unknown>): string =>
  `${method} ${target}\n${headers ? JSON.stringify(headers) : ''}\n${body ? `${body.type}\n${body.text}` : ''}`
