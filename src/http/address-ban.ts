import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { LRUCache } from 'lru-cache'
import { Attachment } from '../../datasources/support/attachment.js'
import { networkOf } from './client-address.js'

/** Abuses of an address within `WINDOW_MS` after which it is banned, and for how long. */
const MAX_ABUSES = 5
const WINDOW_MS = 60_000
const BAN_MS = 10_000
/** Addresses that are counted at one time. */
const MAX_ADDRESSES = 10_000

/** Addresses by which a proxy or a tool on this machine connects for others. */
const LOOPBACK: readonly string[] = ['127.0.0.1', networkOf('::1')]

/** Who is told of the abuse of a connection; none is told of a trusted proxy's, which has many clients. */
const listeners = new Attachment<Socket, () => void>()
const abused = new WeakSet<Socket>()

/**
 * Tells that a request is built to cost the server more than its client, such as a body in chunks of one byte: no client
 * sends that by mistake, and its cost has come before it can be refused.
 */
export function reportAbuse({ socket }: IncomingMessage): void {
  if (abused.has(socket)) return
  abused.add(socket)
  listeners.get(socket)?.()
}

/** True for a connection of which abuse was told. */
export const isAbused = (socket: Socket): boolean => abused.has(socket)

/** Bans addresses that go on with abuse: their new connections are closed for ten seconds, and those that are open are served. */
export class AddressBan {
  readonly #abuses = new LRUCache<string, number>({ max: MAX_ADDRESSES, ttl: WINDOW_MS, noUpdateTTL: true })
  readonly #banned = new LRUCache<string, true>({ max: MAX_ADDRESSES, ttl: BAN_MS })
  readonly #onBanned: (address: string) => void

  /** `onBanned` is told of each ban when it begins. */
  constructor(onBanned: (address: string) => void) {
    this.#onBanned = onBanned
  }

  /** Counts the abuses of a connection of an address. */
  watch(socket: Socket, address: string): void {
    if (!LOOPBACK.includes(address)) listeners.set(socket, () => this.#count(address, socket))
  }

  isBanned(address: string): boolean {
    return this.#banned.has(address)
  }

  #count(address: string, { remoteAddress }: Socket): void {
    const abuses = (this.#abuses.get(address) ?? 0) + 1
    this.#abuses.set(address, abuses)
    if (abuses < MAX_ABUSES) return
    if (!this.isBanned(address)) this.#onBanned(remoteAddress ?? address)
    this.#banned.set(address, true)
  }
}
