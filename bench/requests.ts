import type { Contender } from './contender.js'
import type { Tokens } from './dataset.js'
import { UNIQUE } from './operations.js'
import type { Workload } from './workloads.js'

/** A GraphQL request that a load sends again and again. */
export interface GraphqlRequest {
  readonly token: string
  readonly body: string
}

let sent = 0

/** The requests of a workload; callers and operations take turns. */
export function requestsOf(workload: Workload, tokens: Tokens, contender: Contender): GraphqlRequest[] {
  const { name, operations } = workload
  const callers = operations.length === 1 ? tokens[workload.tokens].slice(0, 1) : tokens[workload.tokens]
  return callers.map((token, i) => {
    const { query, variables } = contender.translate(workload, operations[i % operations.length]!)
    return { token, body: JSON.stringify({ operationName: name, query, variables }) }
  })
}

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
