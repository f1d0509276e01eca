import { nodeFetchTransport } from './wire/node-fetch.js'
import { undiciTransport } from './wire/undici.js'

export { DEFAULT_MAX_RESPONSE_BYTES } from './wire/body.js'
export type { Abortable, AbortWatch, Tls, Transport, TransportOptions, TransportResponse } from './wire/contract.js'
export { abortBy, TransportError, transportError } from './wire/contract.js'
export { DEFAULT_KEEP_ALIVE_MS, IdleLimit } from './wire/idle-limit.js'
export { ResponseMemory } from './wire/response-memory.js'
export { undiciTransport }

/** The transports by the value of `HTTP_CLIENT`. */
export const TRANSPORTS = { undici: undiciTransport, 'node-fetch': nodeFetchTransport } as const
