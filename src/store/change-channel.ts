import { randomUUID } from 'node:crypto'
import { connect } from './connection.js'
import type { RedisAddress } from './redis-address.js'

/** The databases of one Redis share its channels, so each has a channel of its own. */
const channelOf = ({ database = 0 }: RedisAddress): string =>
  database === 0 ? 'kyc:changes' : `kyc:changes:${database}`

/** A change at a provider: `write` by an operation of this server, `event` by the provider's webhook. It names no record. */
export interface Change {
  readonly provider: string
  readonly tenant: string
  readonly kind: 'write' | 'event'
}

/**
 * Changes that the replicas tell each other (publish and subscribe). A lost message costs freshness only: a read may
 * then join a call that began up to half a second before the change.
 */
export interface ChangeChannel {
  readonly publish: (change: Change) => void
  /** The listener gets the changes of the other replicas. */
  readonly subscribe: (listener: (change: Change) => void) => void
  readonly close: () => void
}

/** The channel of one process without others. */
export const NO_CHANNEL: ChangeChannel = {
  publish: () => undefined,
  subscribe: () => undefined,
  close: () => undefined,
}

/** A message of another process; undefined for this one's own, and for what is no message. */
function read(message: string, own: string): Change | undefined {
  try {
    const { by, ...change } = JSON.parse(message) as Change & { readonly by: string }
    return by === own ? undefined : change
  } catch {
    return undefined
  }
}

/** The channel over Redis, on connections of its own; it subscribes again after each reconnection. */
export function openChangeChannel(address: RedisAddress): ChangeChannel {
  const own = randomUUID()
  const channel = channelOf(address)
  const publisher = connect(address)
  const subscriber = connect(address)
  // The connection of the store tells what is wrong.
  for (const connection of [publisher, subscriber]) connection.on('error', () => undefined)
  const listeners: ((change: Change) => void)[] = []
  /** Equal changes of one turn of the event loop are told once. */
  const told = new Set<string>()
  const tell = () => {
    for (const message of told) void publisher.publish(channel, message).catch(() => undefined)
    told.clear()
  }
  subscriber.on('ready', () => void subscriber.subscribe(channel).catch(() => undefined))
  subscriber.on('message', (_channel: string, message: string) => {
    const change = read(message, own)
    if (change) for (const listener of listeners) listener(change)
  })
  return {
    publish(change) {
      if (told.size === 0) setImmediate(tell)
      told.add(JSON.stringify({ ...change, by: own }))
    },
    subscribe: (listener) => void listeners.push(listener),
    close() {
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}
