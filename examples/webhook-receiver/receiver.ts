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
  /** Called once for each event, and answered when it is done: within ten seconds. A failure has the event delivered again. */
  readonly handle: (event: StateChanged) => Promise<void> | void
}

/** No event is larger. */
const MAX_BYTES = 64 * 1024

/** Events that are handled or being handled, by their id. */
type Handled = Map<string, Promise<void>>

/** Handles an event, or waits for the handling that another delivery of it has begun. A failure is forgotten. */
function handleOnce(id: string, handled: Handled, handle: () => Promise<void> | void): Promise<void> {
  const begun = handled.get(id)
  if (begun !== undefined) return begun
  const handling = (async () => handle())().catch((error: unknown) => {
    handled.delete(id)
    throw error
  })
  handled.set(id, handling)
  return handling
}

/** Verifies a delivery and handles its event; the HTTP status of the answer, once it is handled. */
async function receive(request: IncomingMessage, handled: Handled, options: ReceiverOptions): Promise<number> {
  if (request.method !== 'POST') return 405
  if (!(Number(request.headers['content-length']) <= MAX_BYTES)) return 413
  // The signature is over the bytes as they came.
  const { id, payload } = await verifyWebhook<StateChanged>(await buffer(request), request.headers, options)
  // Deliveries are at least once, and two may come at the same time. A real receiver keeps the ids in its database, unique, in
  // the transaction of what it handles.
  await handleOnce(id, handled, () => options.handle(payload))
  return 204
}

/** Creates a server that receives webhooks. */
export function createReceiver(options: ReceiverOptions): Server {
  const handled: Handled = new Map()
  return createServer((request, response) => {
    receive(request, handled, options)
      .catch((error: unknown) => (error instanceof WebhookVerificationError ? 401 : 500))
      .then((status) => response.writeHead(status).end())
  })
}
