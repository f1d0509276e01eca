import { randomUUID } from 'node:crypto'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import { retryUntilStored } from './retry-until-stored.js'
import { current, isAbandoned, isHeldBy, RETENTION_SECONDS, type WriteRecord } from './record.js'

type Change = (record: WriteRecord | null) => WriteRecord | null | undefined

export interface LeaseOptions {
  readonly store: Store
  readonly key: StoreKey
  /** What the input means, in one text. */
  readonly meaning: string
  /** The name that every try under this key has at the provider. */
  readonly attempt: string
  readonly leaseMs: number
  /** Goes on with an outcome that the store would not take, until it does. */
  readonly persist: (change: () => Promise<unknown>) => void
}

/** The place of one idempotency key in the store, as one runner sees it. */
export function createLease({ store, key, meaning, attempt, leaseMs, persist }: LeaseOptions) {
  const runner = randomUUID()
  const change = (next: Change) => store.update<WriteRecord>(key, RETENTION_SECONDS, (record) => next(current(record)))
  const isOther = (record: WriteRecord) => !store.isDigest(record.input, 'write input', meaning)
  const running = ({ input, attempt: id, begun }: WriteRecord, again: boolean): WriteRecord => ({
    input,
    attempt: id,
    begun,
    again,
    state: 'running',
    runner,
    until: Date.now() + leaseMs,
  })
  const fresh = (): WriteRecord =>
    running({ input: store.digest('write input', meaning), attempt, begun: Date.now(), state: 'running' }, false)

  /** A claim may have arrived although its answer did not, and nobody will run what it claims. */
  const release: Change = (record) => {
    if (record?.runner !== runner) return undefined
    return record.again ? { ...record, state: 'unknown' } : null
  }

  return {
    /** What stands under the key once it was claimed where it was free; `mine` when this runner is to run it. */
    async claim(
      mayRepeat: boolean,
    ): Promise<{ readonly record: WriteRecord; readonly mine: boolean; readonly isOther: boolean }> {
      const { value, changed } = await change((record) => {
        if (record === null) return fresh()
        if (isOther(record)) return undefined
        // What a crash or a lost answer left open is done again only where that does no harm.
        if (mayRepeat && (record.state === 'unknown' || isAbandoned(record))) return running(record, true)
        return isAbandoned(record) ? { ...record, state: 'unknown' } : undefined
      }).catch((error: unknown) => {
        // No longer than the claim would stand.
        void retryUntilStored(() => change(release), leaseMs)
        throw error
      })
      const record = value!
      return { record, mine: changed && record.state === 'running', isOther: isOther(record) }
    },

    /** Keeps the claim alive until the outcome is told. The caller has the answer whether the store takes it now or later. */
    hold(record: WriteRecord): { readonly finish: (outcome: WriteRecord | null) => Promise<void> } {
      const lease = setInterval(() => {
        change((now) => (isHeldBy(now, runner) ? running(record, record.again === true) : undefined)).catch(
          () => undefined,
        )
      }, leaseMs / 3)
      return {
        async finish(outcome) {
          // First of all: a renewal after the end would hold the key for nobody.
          clearInterval(lease)
          const tell = () => change((now) => (isHeldBy(now, runner) ? outcome : undefined))
          await tell().catch(() => persist(tell))
        },
      }
    },

    /** Keeps the outcome of a write that nobody runs any more; without the store it is found out anew. */
    async settle(outcome: WriteRecord | null): Promise<void> {
      await change((now) => (now?.state === 'unknown' ? outcome : undefined)).catch(() => undefined)
    },
  }
}
