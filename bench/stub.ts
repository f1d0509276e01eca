import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RecordedResponse } from './recorder.js'

// The providers' stubs, a process of its own: it receives the recorded responses and sends them as fast as Node can.

type Responses = readonly (readonly [request: string, response: RecordedResponse])[]
type Message = { readonly responses: Readonly<Record<string, Responses>> } | 'calls'

let calls = 0
/** Requests without a recorded response. */
let unknown = 0
let firstUnknown: string | undefined

interface Prepared {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: Buffer
}

const prepare = ({ status, headers, body }: RecordedResponse): Prepared => ({
  status,
  headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  body: Buffer.from(body),
})

const MISSING = prepare({ status: 404, headers: { 'content-type': 'application/json' }, body: '{}' })

function send(response: ServerResponse, recorded: Prepared | undefined, request: string): void {
  calls += 1
  if (!recorded) {
    unknown += 1
    firstUnknown ??= request
  }
  const { status, headers, body } = recorded ?? MISSING
  response.writeHead(status, headers).end(body)
}

async function serve(responses: Responses): Promise<string> {
  const prepared = new Map(responses.map(([request, response]) => [request, prepare(response)]))
  const server = createServer((request, response) => {
    const line = `${request.method!} ${request.url!}`
    if (request.method === 'GET') {
      request.resume()
      send(response, prepared.get(line), line)
      return
    }
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => send(response, prepared.get(`${line} ${body}`) ?? prepared.get(line), line))
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serveAll(responses: Readonly<Record<string, Responses>>): Promise<Record<string, string>> {
  const urls = Object.entries(responses).map(async ([name, own]) => [name, await serve(own)] as const)
  return Object.fromEntries(await Promise.all(urls))
}

process.on('message', (message: Message) => {
  if (message === 'calls') {
    process.send!({ calls, unknown, firstUnknown })
    calls = unknown = 0
    firstUnknown = undefined
  } else void serveAll(message.responses).then((urls) => process.send!({ urls }))
})
process.on('disconnect', () => process.exit())
