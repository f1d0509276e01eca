import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { type Setup, serveContender } from './contender.js'
import { RawOperations } from './raw-operations.js'

// The limit of what Node can do: the same provider calls and the same bytes, without any check, mask or audit. The
// operations are known beforehand, so no document is parsed.

interface ParsedBody {
  readonly operationName: string
  readonly variables: Record<string, never>
}

serveContender(async (setup: Setup) => {
  const redis = new Redis(setup.redisUrl, { enableAutoPipelining: true })
  const operations = new RawOperations(setup, redis)
  const server = createServer((request, response) => {
    let sent = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (sent += chunk))
    request.on('end', () => {
      const { operationName, variables } = JSON.parse(sent) as ParsedBody
      const name = request.url === '/ten-calls' ? `${operationName}TenCalls` : operationName
      operations.run(name, variables, request.headers.authorization!).then(
        (data) => {
          const body = Buffer.from(`${JSON.stringify({ data })}\n`)
          response
            .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
            .end(body)
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
})
