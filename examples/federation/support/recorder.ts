import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
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
}

const HOP_BY_HOP = ['connection', 'host', 'content-length', 'transfer-encoding', 'keep-alive', 'content-encoding']

const endToEnd = (headers: Iterable<[string, string]>): [string, string][] =>
  [...headers].filter(([name]) => !HOP_BY_HOP.includes(name))

/** Starts a proxy before an address. */
export async function startRecorder(target: string): Promise<Recorder> {
  const requests: Recorded[] = []
  let losesAnswer = false

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { query, variables = {} } = JSON.parse(body.toString()) as Recorded
    requests.push({ headers: request.headers, query, variables })
    const headers = endToEnd(Object.entries(request.headers as Record<string, string>))
    const isLost = losesAnswer
    losesAnswer = false
    const answer = await fetch(`${target}${request.url}`, { method: 'POST', headers, body })
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (isLost) return void response.destroy()
    response.writeHead(answer.status, Object.fromEntries(endToEnd(answer.headers))).end(bytes)
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  return {
    requests,
    loseNextAnswer: () => void (losesAnswer = true),
    ...(await listening(server)),
  }
}
