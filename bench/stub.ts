import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Recorded } from './world.js'

// A process of its own: it is sent the recorded answers, and gives them again as fast as Node can.

type Sent = { readonly tapes: Readonly<Record<string, readonly (readonly [string, Recorded])[]>> } | 'calls'

let calls = 0
/** Questions that nobody recorded an answer to. */
let unknown = 0

async function serve(tape: readonly (readonly [string, Recorded])[]): Promise<string> {
  const answers = new Map(
    tape.map(([question, { status, headers, body }]) => [
      question,
      { status, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, body: Buffer.from(body) },
    ]),
  )
  const missing = {
    status: 404,
    headers: { 'content-type': 'application/json', 'content-length': 2 },
    body: Buffer.from('{}'),
  }
  const server = createServer((request, response) => {
    const line = `${request.method!} ${request.url!}`
    if (request.method === 'GET') {
      request.resume()
      calls += 1
      const answer = answers.get(line) ?? missing
      if (answer === missing) unknown += 1
      response.writeHead(answer.status, answer.headers).end(answer.body)
      return
    }
    let sent = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (sent += chunk))
    request.on('end', () => {
      calls += 1
      const answer = answers.get(`${line} ${sent}`) ?? answers.get(line) ?? missing
      if (answer === missing) unknown += 1
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

process.on('message', (message: Sent) => {
  if (message === 'calls') {
    process.send!({ calls, unknown })
    calls = unknown = 0
    return
  }
  void Promise.all(Object.entries(message.tapes).map(async ([name, tape]) => [name, await serve(tape)] as const)).then(
    (urls) => process.send!({ urls: Object.fromEntries(urls) }),
  )
})
process.on('disconnect', () => process.exit())
