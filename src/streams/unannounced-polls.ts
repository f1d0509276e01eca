import type { WatchedType } from '../../datasources/contract/state-change.js'
import { type PollSchedule, pollSchedule } from '../../datasources/support/poll-schedule.js'
import type { Watched } from '../events/event-log.js'
import type { Tenants } from '../tenants/tenants.js'

const TTL_SECONDS = 300

/** The objects that no provider says of when to ask again; webhooks of Synctera tell their changes. */
const OF_SYNCTERA: ReadonlySet<WatchedType> = new Set<WatchedType>(['personVerification', 'kycOverview'])

/** The next poll of an object: whether this process makes it, and when to look again, in ms since 1970. */
interface Turn {
  readonly isTaken: boolean
  readonly nextAt: number
}

/**
 * Polls of objects whose provider says neither when to ask again nor, without a webhook, when they change: one of all
 * replicas reads such an object at the pace of the poll schedule.
 */
export class UnannouncedPolls {
  readonly #tenants: Pick<Tenants, 'find'>

  constructor(tenants: Pick<Tenants, 'find'>) {
    this.#tenants = tenants
  }

  /** True where nothing but a poll tells the changes of an object. */
  needs({ tenant, type }: Watched): boolean {
    if (!OF_SYNCTERA.has(type)) return false
    const found = this.#tenants.find(tenant)
    return found !== undefined && found.webhookOf('synctera') === undefined
  }

  /** Takes the next poll where it is due. Rejects where the store cannot be reached. */
  async take({ tenant, type, id }: Watched): Promise<Turn | undefined> {
    const store = this.#tenants.find(tenant)?.store
    if (store === undefined) return undefined
    const { value, changed } = await store.update<PollSchedule>(['stream-poll', type, id], TTL_SECONDS, (known, now) =>
      known !== null && now < known.nextAt ? undefined : pollSchedule(now, undefined, known?.begunAt ?? now),
    )
    return { isTaken: changed, nextAt: value!.nextAt }
  }
}
