import type { Contender } from './contender.js'
import type { Tokens } from './dataset.js'
import { UNIQUE } from './operations.js'
import type { Workload } from './workloads.js'

/** A GraphQL request as it is sent. */
export interface GraphqlRequest {
  readonly token: string
  readonly body: string
}

/** The requests of a workload: callers and operations take turns. */
export interface Requests {
  readonly tokens: readonly string[]
  readonly bodies: readonly string[]
}

let sent = 0

export function requestsOf(workload: Workload, tokens: Tokens, contender: Contender): Requests {
  const { name, operations, callers } = workload
  return {
    tokens: tokens[workload.tokens].slice(0, callers),
    bodies: operations.map((operation) => {
      const { query, variables } = contender.translate(workload, operation)
      return JSON.stringify({ operationName: name, query, variables })
    }),
  }
}

export const requestAt = ({ tokens, bodies }: Requests, i: number): GraphqlRequest => ({
  token: tokens[i % tokens.length]!,
  body: bodies[i % bodies.length]!,
})

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/** After so many requests, the same caller sends the same operation again. */
export const requestCount = ({ tokens, bodies }: Requests): number =>
  (tokens.length / greatestDivisor(tokens.length, bodies.length)) * bodies.length

/** All requests that differ. */
export const allRequests = (requests: Requests): GraphqlRequest[] =>
  Array.from({ length: requestCount(requests) }, (_, i) => requestAt(requests, i))

/** The text that a right response holds; undefined when a right response is one without errors. */
export const expectedText = ({ errorCode }: Workload): string | undefined =>
  errorCode === undefined ? undefined : `"code":"${errorCode}"`

/** Sends one request outside any measurement; fails when the response is wrong. */
export async function sendOnce(
  { port, path }: Contender,
  { token, body }: GraphqlRequest,
  expected?: string,
): Promise<string> {
  sent += 1
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
    body: body.replace(UNIQUE, `once-${process.pid}-${sent}`),
  })
  const text = await response.text()
  const right = expected === undefined ? !text.includes('"errors":') : text.includes(expected)
  if (!response.ok || !right) throw new Error(`A response is wrong: ${text.slice(0, 600)}`)
  return text
}
