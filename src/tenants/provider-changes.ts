import type { Change, ChangeChannel } from '../store/change-channel.js'

type Kind = Change['kind']

/** The changes of one provider of one tenant, for one of its open instances. */
interface ChangeMember {
  /** Tells the other instances of this process and of the other replicas. */
  readonly announce: (kind: Kind) => void
  readonly leave: () => void
}

/**
 * The changes at the providers: what one instance announces is told to every other one of the same provider and tenant.
 * A process has two for as long as operations run on one whose settings have been replaced.
 */
export class ProviderChanges {
  readonly #channel: ChangeChannel
  readonly #members = new Map<string, Set<(kind: Kind) => void>>()

  constructor(channel: ChangeChannel) {
    this.#channel = channel
    channel.subscribe(({ provider, tenant, kind }) => {
      for (const tell of this.#membersOf(provider, tenant) ?? []) tell(kind)
    })
  }

  /** `tell` is called for the changes that other instances announce. */
  join(provider: string, tenant: string, tell: (kind: Kind) => void): ChangeMember {
    const members = this.#membersOf(provider, tenant) ?? new Set()
    this.#members.set(`${provider} ${tenant}`, members.add(tell))
    return {
      announce: (kind) => {
        for (const other of members) if (other !== tell) other(kind)
        this.#channel.publish({ provider, tenant, kind })
      },
      leave: () => void members.delete(tell),
    }
  }

  #membersOf(provider: string, tenant: string): Set<(kind: Kind) => void> | undefined {
    return this.#members.get(`${provider} ${tenant}`)
  }
}
