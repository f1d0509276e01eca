import { Worker } from 'node:worker_threads'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { AdminReady, AdminWorkerData, FromAdminWorker, ToAdminWorker } from './admin-messages.js'
import { SECURITY_HEADERS } from './headers.js'
import type { ReadyReport } from './health.js'

/** The interval of the heartbeat, at which a change of the readiness is passed on at the latest. */
const HEARTBEAT_MS = 250
/** The memory of the worker, in MiB: it holds the text of the metrics and a few connections. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 }

/** The program of the worker, as seen from this folder and from that of the bundle. In development and under test it is TypeScript, which tsx loads. */
function programOf(): { readonly program: URL | string; readonly eval: boolean } {
  if (!import.meta.url.endsWith('.ts'))
    return { program: new URL('../http/admin-worker.js', import.meta.url), eval: false }
  const { href } = new URL('admin-worker.ts', import.meta.url)
  const program = `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(href)})))`
  return { program, eval: true }
}

interface AdminOptions {
  readonly host: string
  readonly port: number
  readonly report: () => ReadyReport
  readonly metrics: Metrics
}

/** A listener with `/health`, `/ready` and `/metrics` in a thread of its own. */
interface AdminListener {
  readonly url: string
  /** Passes a change of the readiness on at once. */
  readonly update: () => void
  readonly close: () => Promise<void>
}

const send = (worker: Worker, message: ToAdminWorker): void => worker.postMessage(message)

/** Resolves with the address once the worker listens; rejects with the code of the error where it cannot. */
const listening = (worker: Worker): Promise<string> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.on('message', (message: FromAdminWorker) => {
      if (message.kind === 'listening') {
        // From here on an error of the worker is not caught.
        worker.off('error', reject)
        resolve(message.url)
      }
      if (message.kind === 'failed')
        reject(Object.assign(new Error('the admin listener failed'), { code: message.code }))
    })
  })

/**
 * Starts the admin listener. It runs in a worker thread, so that it answers while the main thread is busy, and tells an
 * event loop that is stuck: the main thread writes a heartbeat to shared memory. A failure of the worker ends the process.
 */
export async function startAdminListener({ host, port, report, metrics }: AdminOptions): Promise<AdminListener> {
  const heartbeat = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)
  const beats = new BigInt64Array(heartbeat)
  const current = (): AdminReady => {
    const { status, body } = report()
    return { status, body: JSON.stringify(body) }
  }
  let passed = current()

  function update(): void {
    const ready = current()
    if (ready.body === passed.body) return
    passed = ready
    send(worker, { kind: 'ready', ready })
  }
  function beat(): void {
    Atomics.store(beats, 0, process.hrtime.bigint())
    update()
  }

  Atomics.store(beats, 0, process.hrtime.bigint())
  const workerData: AdminWorkerData = {
    host,
    port,
    heartbeat,
    ready: passed,
    metricsType: metrics.contentType,
    headers: SECURITY_HEADERS,
  }
  const { program, ...evaluation } = programOf()
  const worker = new Worker(program, {
    workerData,
    ...evaluation,
    resourceLimits: WORKER_LIMITS,
    // One log: what Node would print for the worker is dropped.
    stdout: true,
    stderr: true,
  })
  worker.on('message', ({ kind }: FromAdminWorker) => {
    if (kind === 'metrics') void metrics.text().then((text) => send(worker, { kind: 'metrics', text }))
  })
  const timer = setInterval(beat, HEARTBEAT_MS).unref()
  async function close(): Promise<void> {
    clearInterval(timer)
    await worker.terminate()
  }
  try {
    return { url: await listening(worker), update, close }
  } catch (error) {
    await close()
    throw error
  }
}
