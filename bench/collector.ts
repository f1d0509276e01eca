import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A collector that takes every export and keeps nothing.
const collector = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
})
process.once('message', () =>
  collector.listen(0, '127.0.0.1', () => process.send!({ port: (collector.address() as AddressInfo).port })),
)
