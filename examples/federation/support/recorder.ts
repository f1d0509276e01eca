import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { listening, type Service } from './service.js'

/** A request of the gateway to kyc-graph. */
export interface Recorded {
  readonly headers: IncomingHttpHeaders
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** A proxy that keeps what it has passed on. */
export interface Recorder extends Service {
  readonly requests: Recorded[]
  /** Breaks the connection of the next request, once kyc-graph has answered it. */
  readonly loseNextAnswer: () => void
  /** Requests that are not answered to their end. */
  readonly open: () => number
}

const HOP_BY_HOP = ['connection', 'host', 'content-length', 'transfer-encoding', 'keep-alive', 'content-encoding']

const endToEnd = (headers: Iterable<[string, string]>): [string, string][] =>
  [...headers].filter(([name]) => !HOP_BY_HOP.includes(name))

/** Starts a proxy before an address. */
export async function startRecorder(target: string): Promise<Recorder> {
  const requests: Recorded[] = []
  let losesAnswer = false
  let open = 0

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { query, variables = {} } = JSON.parse(body.toString()) as Recorded
    requests.push({ headers: request.headers, query, variables })
    const headers = endToEnd(Object.entries(request.headers as Record<string, string>))
    const isLost = losesAnswer
    losesAnswer = false
    // A gateway that leaves a stream ends it.
    const leaves = new AbortController()
    response.once('close', () => leaves.abort())
    const answer = await fetch(`${target}${request.url}`, { method: 'POST', headers, body, signal: leaves.signal })
    if (isLost) {
      await answer.arrayBuffer()
      return void response.destroy()
    }
    response.writeHead(answer.status, Object.fromEntries(endToEnd(answer.headers)))
    // The head of a stream comes before its first event.
    response.flushHeaders()
    await pipeline(Readable.fromWeb(answer.body as never), response)
  }

  const server = createServer((request, response) => {
    open += 1
    pass(request, response)
      .catch(() => response.destroy())
      .finally(() => (open -= 1))
  })
  return {
    requests,
    loseNextAnswer: () => void (losesAnswer = true),
    open: () => open,
    ...(await listening(server)),
  }
}
