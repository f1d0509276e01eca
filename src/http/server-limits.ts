/** The time in which a request must have arrived. */
export const MAX_REQUEST_MS = 30_000

/** The time in which a connection must have sent the header of its first request, and a later request its header. */
export const MAX_HEADER_MS = 10_000

/** How often connections are held against these times. */
export const CHECK_MS = 1_000

/** The time after which a connection without a request is closed; more than the idle time of common proxies and clients. */
export const KEEP_ALIVE_MS = 72_000
