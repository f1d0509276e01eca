import { createServer, type IncomingMessage, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { verifyWebhook, WebhookVerificationError } from '@kyc-graph/client/webhooks'

/** What an event says: ids and words of the graph. Read the record itself for everything else. */
export interface StateChanged {
  /** Such as `verificationResult.changed`. */
  readonly type: string
  readonly timestamp: string
  readonly data: {
    readonly id: string
    readonly type: string
    readonly state: string
    readonly isFinal: boolean
    /** Counts the changes of this object: a smaller number than the last one is old news. */
    readonly sequence: number
  }
}

export interface ReceiverOptions {
  /** The secret of the endpoint, and the previous one while it is being rotated. */
  readonly secrets: readonly string[]
  /** Called once for each event; a failure has the event delivered again. */
  readonly handle: (event: StateChanged) => Promise<void> | void
}

/** No event is larger. */
const MAX_BYTES = 64 * 1024

/** Verifies a delivery and handles its event; the HTTP status of the answer. */
async function receive(request: IncomingMessage, seen: Set<string>, options: ReceiverOptions): Promise<number> {
  if (request.method !== 'POST') return 405
  if (!(Number(request.headers['content-length']) <= MAX_BYTES)) return 413
  // The signature is over the bytes as they came.
  const { id, payload } = await verifyWebhook<StateChanged>(await buffer(request), request.headers, options)
  // Deliveries are at least once. A real receiver keeps the ids in its database, in the transaction of what it handles.
  if (seen.has(id)) return 204
  await options.handle(payload)
  seen.add(id)
  return 204
}

/** Creates a server that receives webhooks. */
export function createReceiver(options: ReceiverOptions): Server {
  const seen = new Set<string>()
  return createServer((request, response) => {
    receive(request, seen, options)
      .catch((error: unknown) => (error instanceof WebhookVerificationError ? 401 : 500))
      .then((status) => response.writeHead(status).end())
  })
}
