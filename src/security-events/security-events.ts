import type { IncomingMessage } from 'node:http'
import type { Caller } from '../../datasources/contract/caller.js'
import { addressOf, networkOf, type trustOf } from '../http/client-address.js'
import type { EventIds } from './ecs.js'
import type { EventLog } from './event-log.js'
import { ACTIONS, type SecurityAction, type SecurityEvent } from './events.js'
import type { LineWriter } from './line-writer.js'
import type { SecurityDestination } from './settings.js'

/** Where an event comes from, as far as it is known. */
export interface Origin {
  readonly request?: IncomingMessage | undefined
  /** In place of a request: the address of a connection. */
  readonly address?: string | undefined
  readonly caller?: Caller | undefined
  readonly ids?: EventIds | undefined
}

interface SecurityEventsOptions {
  readonly count: (action: SecurityAction, outcome: 'success' | 'failure') => void
  readonly trusts: ReturnType<typeof trustOf>
  /** Absent where events are only counted. */
  readonly log?: { readonly events: EventLog; readonly writer: LineWriter } | undefined
  /** Takes another certificate authority of the destination in use, from the next connection on; false where it is the same. */
  readonly use?: (destination: SecurityDestination) => boolean
}

/** The stream of security events: who, from where, what was refused and why; never a value. No request waits for it or fails by it. */
export class SecurityEvents {
  readonly #options: SecurityEventsOptions

  constructor(options: SecurityEventsOptions) {
    this.#options = options
  }

  record(event: SecurityEvent, { request, address, caller, ids }: Origin = {}): void {
    const { count, trusts, log } = this.#options
    count(event.action, ACTIONS[event.action].outcome)
    if (log === undefined) return
    const from = address ?? (request && addressOf(request, trusts))
    log.events.add({ event, address: from, caller, ids }, from && networkOf(from))
  }

  /** Takes a destination in use that was read again. Returns whether it is another. */
  use(destination: SecurityDestination | undefined): boolean {
    return destination !== undefined && this.#options.use?.(destination) === true
  }

  /** Writes what is still counted and queued. */
  async close(): Promise<void> {
    const { log } = this.#options
    log?.events.flush()
    await log?.writer.close()
  }
}
