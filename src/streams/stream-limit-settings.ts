import type { Settings } from '../../datasources/contract/provider.js'

/** The limits of open streams. */
export interface StreamSettings {
  /** Open streams of this process, and its WebSockets. */
  readonly max: number
  readonly maxPerClient: number
  readonly maxPerUser: number
  /** How long a stream stays open before its client is told to reconnect. */
  readonly lifetimeMs: number
}

/** Reads the limits of open streams. */
export const readStreamSettings = (settings: Settings): StreamSettings => ({
  max: settings.integer(
    'MAX_STREAMS',
    'Open streams of subscriptions of this process, and its WebSockets; others answer `OVERLOADED`.',
    1_000,
    { min: 0, max: 100_000 },
  ),
  maxPerClient: settings.integer(
    'MAX_STREAMS_PER_CLIENT',
    'Open streams of one client on this process; others answer `RATE_LIMITED`.',
    500,
    { min: 1, max: 100_000 },
  ),
  maxPerUser: settings.integer(
    'MAX_STREAMS_PER_USER',
    'Open streams, and WebSockets, of one user on this process; others answer `RATE_LIMITED`. A client that calls for itself has no user.',
    20,
    { min: 1, max: 100_000 },
  ),
  lifetimeMs:
    60_000 *
    settings.integer(
      'STREAM_LIFETIME_MINUTES',
      'Time in minutes after which the client of a stream is told to reconnect.',
      60,
      { min: 1, max: 1_440 },
    ),
})
