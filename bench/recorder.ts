import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A provider's response, as a stub sends it again. */
export interface RecordedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Responses by `METHOD url` and, where the request has a body, by `METHOD url body` too. */
export type RecordedResponses = Map<string, RecordedResponse>

const KEPT_HEADERS = [
  'content-type',
  'retry-after',
  'expected-response-seconds',
  'responder-sla-seconds',
  'location',
  'etag',
]
/** Headers of one connection, which the proxy's own request does not share. */
const CONNECTION_HEADERS = ['host', 'connection', 'content-length', 'transfer-encoding']

/** Starts a proxy before an emulator that records its responses; the last response to a request is kept. */
export async function startRecorder(
  emulator: string,
  responses: RecordedResponses,
): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = 'GET', url = '/' } = request
      const sent = Buffer.concat(chunks).toString()
      const headers = Object.fromEntries(
        Object.entries(request.headers as Record<string, string>).filter(
          ([name]) => !CONNECTION_HEADERS.includes(name),
        ),
      )
      void forward(emulator + url, { method, headers, ...(sent === '' ? {} : { body: sent }) }).then((recorded) => {
        responses.set(`${method} ${url}`, recorded)
        if (sent !== '') responses.set(`${method} ${url} ${sent}`, recorded)
        response.writeHead(recorded.status, recorded.headers).end(recorded.body)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function forward(url: string, options: RequestInit): Promise<RecordedResponse> {
  const answer = await fetch(url, options)
  const kept = KEPT_HEADERS.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)!]] : []))
  return {
    status: answer.status,
    headers: Object.fromEntries(kept) as Record<string, string>,
    body: await answer.text(),
  }
}
