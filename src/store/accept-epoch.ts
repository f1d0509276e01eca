import type { StoreCipher } from './cipher.js'
import { EPOCH_TTL_MS, type EpochServer, evictedOf } from './epoch.js'
import { type EpochRecord, newEpoch, openEpoch, sealEpoch, statedKeys } from './epoch-record.js'
import type { ServerFacts } from './server-facts.js'
import type { Distrust } from './trust.js'
import type { UsedKeys } from './used-keys.js'

/** What an operator is shown before the store is accepted. */
export interface Inspection {
  /** The epochs of the parts, each once; a cause where one cannot be read, `absent` where a part has none. */
  readonly epochs: readonly (EpochRecord | Distrust | 'absent')[]
  readonly facts: readonly ServerFacts[] | undefined
  /** The store's time, in ms since 1970. */
  readonly now: number
}

const idOf = (epoch: Inspection['epochs'][number]): string => (typeof epoch === 'string' ? epoch : epoch.id)

/** Reads what the store has of its epoch. */
export async function inspectEpoch(server: EpochServer, cipher: StoreCipher): Promise<Inspection> {
  const { epochNames } = server
  const [facts, ...reads] = await Promise.all([server.facts(), ...epochNames.map((name) => server.read(name))] as const)
  const epochs = reads.map(({ bytes }, i): Inspection['epochs'][number] =>
    bytes === null ? 'absent' : openEpoch(cipher, epochNames[i]!, bytes),
  )
  const distinct = new Map(epochs.map((epoch) => [idOf(epoch), epoch]))
  // Of several parts with one epoch not each states the keys.
  const whole = [...distinct].map(([id, epoch]) =>
    typeof epoch === 'string' ? epoch : { ...epoch, keys: statedKeys(epochs.filter((each) => idOf(each) === id)) },
  )
  return { epochs: whole, facts, now: reads[0]!.now }
}

/** The keys that were in use and are given: what is under the others is given up. */
const givenKeys = (epochs: Inspection['epochs'], cipher: StoreCipher): UsedKeys =>
  Object.fromEntries(Object.entries(statedKeys(epochs)).filter(([id]) => cipher.knows(id)))

/** Begins a new epoch on purpose, and returns its id: every process trusts the store from then on. */
export async function acceptEpoch(server: EpochServer, cipher: StoreCipher): Promise<string> {
  const { now, facts, epochs } = await inspectEpoch(server, cipher)
  const epoch = newEpoch('accepted', now, evictedOf(facts))
  // The first part last: the processes judge by it.
  for (const name of [...server.epochNames].reverse()) {
    let isWritten = false
    while (!isWritten) {
      const { bytes } = await server.read(name)
      // A process may have stated its keys since they were read.
      const replaced = bytes === null ? 'absent' : openEpoch(cipher, name, bytes)
      const accepted = { ...epoch, keys: givenKeys([...epochs, replaced], cipher) }
      isWritten = await server.compareAndSwap(name, bytes, sealEpoch(cipher, name, accepted), EPOCH_TTL_MS)
    }
  }
  return epoch.id
}
