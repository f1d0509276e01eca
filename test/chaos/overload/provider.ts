import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'

// A provider of the scenario `overload`, a process of its own: it passes requests on to an emulator and answers a GET
// that it has answered before from memory, as fast as Node can.

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

const known = new Map<string, Answer>()

const send = (response: ServerResponse, { status, type, body }: Answer): unknown =>
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body)

async function ask(emulator: string, method: string, url: string, headers: object, body: Buffer): Promise<Answer> {
  const {
    'content-length': _length,
    'transfer-encoding': _coding,
    connection: _connection,
    host: _host,
    ...own
  } = headers as Record<string, string>
  const answer = await request(emulator + url, {
    method,
    headers: own,
    ...(body.length > 0 && { body }),
  })
  const type = answer.headers['content-type']
  return {
    status: answer.statusCode,
    type: typeof type === 'string' ? type : 'application/json',
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}

async function serve(emulator: string): Promise<string> {
  const server = createServer((incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming
    const answer = method === 'GET' ? known.get(url) : undefined
    if (answer !== undefined) {
      incoming.resume()
      send(response, answer)
      return
    }
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      void ask(emulator, method, url, headers, Buffer.concat(parts)).then((got) => {
        if (method === 'GET' && got.status === 200) known.set(url, got)
        send(response, got)
      })
    })
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

process.on(
  'message',
  ({ emulator }: { emulator: string }) => void serve(emulator).then((url) => process.send!({ url })),
)
process.on('disconnect', () => process.exit())
