import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { DocumentedMetric } from '../observability/instruments.js'
import { ADMIN_METRICS } from '../observability/metrics/admin.js'
import type { AdminWorkerData, FromAdminWorker, ToAdminWorker } from './admin-messages.js'

/** An event loop that has not turned for so long is stuck: the process serves nothing and must be started again. */
const STUCK_MS = 10_000
/** How long `/metrics` waits for the main thread; then it answers the last metrics that it has. */
const METRICS_TIMEOUT_MS = 1_000
const MAX_CONNECTIONS = 256
const REQUEST_TIMEOUT_MS = 10_000
const JSON_TYPE = 'application/json; charset=utf-8'

const { host, port, heartbeat, headers, metricsType, ...data } = workerData as AdminWorkerData
const beats = new BigInt64Array(heartbeat)
const main = parentPort!
let ready = data.ready
let metrics = { text: '', at: performance.now() }
const waiting: ((text: string) => void)[] = []

const send = (message: FromAdminWorker): void => main.postMessage(message)

/** How long ago the event loop of the main thread last turned, in ms. */
const silenceMs = (): number => Math.max(0, Number((process.hrtime.bigint() - Atomics.load(beats, 0)) / 1_000_000n))
const isStuck = (): boolean => silenceMs() > STUCK_MS

function answer(response: ServerResponse, status: number, body: string, type = JSON_TYPE): void {
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

function answerHealth(response: ServerResponse): void {
  if (!isStuck()) return answer(response, 200, '{"status":"ok"}')
  const since = new Date(Date.now() - silenceMs()).toISOString()
  answer(response, 503, JSON.stringify({ status: 'stuck', reason: 'EVENT_LOOP_STUCK', since }))
}

function answerReady(response: ServerResponse): void {
  if (!isStuck()) return answer(response, ready.status, ready.body)
  answer(response, 503, JSON.stringify({ status: 'not ready', reasons: { server: 'EVENT_LOOP_STUCK' } }))
}

const line = ({ name, help, type }: DocumentedMetric, value: number): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`

async function answerMetrics(response: ServerResponse): Promise<void> {
  if (waiting.length === 0) send({ kind: 'metrics' })
  const fresh = new Promise<string>((resolve) => waiting.push(resolve))
  await Promise.race([fresh, delay(METRICS_TIMEOUT_MS)])
  const own = [
    line(ADMIN_METRICS.age, (performance.now() - metrics.at) / 1000),
    line(ADMIN_METRICS.heartbeat, silenceMs() / 1000),
    line(ADMIN_METRICS.stuck, Number(isStuck())),
  ]
  answer(response, 200, `${metrics.text}${own.join('')}`, metricsType)
}

function route({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
  if (method !== 'GET' && method !== 'HEAD') return answer(response, 405, '{"status":"method not allowed"}')
  switch (url.split('?', 1)[0]) {
    case '/health':
      return answerHealth(response)
    case '/ready':
      return answerReady(response)
    case '/metrics':
      return void answerMetrics(response)
    default:
      return answer(response, 404, '{"status":"not found"}')
  }
}

main.on('message', (message: ToAdminWorker) => {
  if (message.kind === 'ready') {
    ready = message.ready
    return
  }
  metrics = { text: message.text, at: performance.now() }
  for (const resolve of waiting.splice(0)) resolve(message.text)
})

const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, route)
server.maxConnections = MAX_CONNECTIONS
server.once('error', ({ code = 'ERROR' }: NodeJS.ErrnoException) => send({ kind: 'failed', code }))
server.listen(port, host, () => {
  const { address, family, port } = server.address() as AddressInfo
  send({ kind: 'listening', url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}` })
})
