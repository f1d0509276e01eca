import { Redis } from 'ioredis'
import { type DataKeys, PURPOSES } from '../keys/data-keys.js'
import type { StoreCipher } from './cipher.js'
import { KEY_ID_BYTES, VERSION } from './cipher-keys.js'
import { connect } from './connection.js'
import { EPOCH_ID_LENGTH } from './epoch-record.js'
import type { RedisAddress } from './redis-address.js'

const SCAN_COUNT = 1_000
/** Names that hold no encrypted value. */
const NOT_ENCRYPTED = /^kyc:(audit|event-sequence|keys|permits|probe|spent):/
const WRITE_NAME = /^kyc:write:\d+:([0-9a-f]{8}):\{/
const LABELLED_NAME = /^kyc:[\w-]+:(?:\{\w+\}:)?([0-9a-f]{8}):[\w-]{43}$/
/** Names that depend on no key. */
const UNKEYED_NAME = /^kyc:(epoch|event):/
/** Names of records that hold a keyed hash and no encrypted value. */
const SEQUENCE_NAMES = 'kyc:event-sequence:*'
const EPOCH_NAME = /^kyc:epoch:/
/** Each process tells here which keys it has. */
const PROCESS_NAME = 'kyc:keys:'

/** Names under keys of `STORE_ENCRYPTION_KEY` do not state which one it is. */
export const UNNAMED = 'shared'

/** How many values Redis holds under each key: by the key that encrypts the value, and by the key of its name. */
export interface KeyUsage {
  readonly values: ReadonlyMap<string, number>
  readonly names: ReadonlyMap<string, number>
}

/** The keys that a process has told: all of them, and those that it uses. */
interface ToldKeys {
  readonly all: ReadonlySet<string>
  readonly current: ReadonlySet<string>
}

/** What a process tells of its keys: the ids of those that it uses, then of all. */
export function toldText(keys: DataKeys): string {
  const all = new Set(PURPOSES.flatMap((purpose) => keys[purpose].map(({ id }) => id)))
  return `${PURPOSES.map((purpose) => keys[purpose][0]!.id).join(' ')}/${[...all].join(' ')}`
}

const readTold = (text: string): ToldKeys => {
  const [current = '', all = ''] = text.split('/')
  return { current: new Set(current.split(' ')), all: new Set(all.split(' ')) }
}

/** The name under which a process tells its keys. */
export const processName = (id: string): string => `${PROCESS_NAME}${id}`

/** Where the encryption begins: the record of an epoch begins with its id. */
const startOf = (name: string): number => (EPOCH_NAME.test(name) ? EPOCH_ID_LENGTH : 0)

/** The id of the key that encrypted a value; undefined where it is not encrypted. */
function valueKeyOf(bytes: Buffer): string | undefined {
  return bytes.length > KEY_ID_BYTES && bytes[0] === VERSION ? bytes.toString('hex', 1, 1 + KEY_ID_BYTES) : undefined
}

/** The id of the key of a name; undefined where a name does not depend on a key. */
const nameKeyOf = (name: string): string | undefined =>
  UNKEYED_NAME.test(name) ? undefined : ((WRITE_NAME.exec(name) ?? LABELLED_NAME.exec(name))?.[1] ?? UNNAMED)

/** Reads the store of a Redis as an operator does: all of it. */
export class StoreScan {
  readonly redis: ReturnType<typeof connect>

  constructor(address: RedisAddress) {
    this.redis = connect(address)
  }

  /** Counts values by key. `progress` is called after each batch with the number of names so far. */
  async usage(progress: (names: number) => void): Promise<KeyUsage> {
    const values = new Map<string, number>()
    const names = new Map<string, number>()
    const count = (counts: Map<string, number>, id: string) => counts.set(id, (counts.get(id) ?? 0) + 1)
    for await (const { name, key } of this.#encrypted(progress)) {
      count(values, key)
      const nameKey = nameKeyOf(name)
      if (nameKey !== undefined) count(names, nameKey)
    }
    for await (const batch of this.#names(SEQUENCE_NAMES)) for (const name of batch) count(names, nameKeyOf(name)!)
    return { values, names }
  }

  /** Encrypts with the current key what another key encrypted; a value that changes meanwhile is left to its writer. */
  async reencrypt(cipher: StoreCipher, progress: (names: number) => void): Promise<number> {
    let done = 0
    for await (const { name, key } of this.#encrypted(progress)) {
      if (key === cipher.currentId) continue
      const [bytes, ttlMs] = await Promise.all([this.redis.getBuffer(name), this.redis.pttl(name)])
      const start = startOf(name)
      if (bytes === null || ttlMs <= 0) continue
      const head = bytes.subarray(0, start)
      const bound = start === 0 ? name : `${name} ${head.toString('latin1')}`
      const text = cipher.reencrypt(bound, bytes.subarray(start))
      if (text && (await this.redis.compareAndSwap(name, bytes, Buffer.concat([head, text]), ttlMs)) === 1) done += 1
    }
    return done
  }

  /** The keys that each process has told that ran within the last half minute. */
  async processes(): Promise<readonly ToldKeys[]> {
    const found: ToldKeys[] = []
    for await (const batch of this.#names(`${PROCESS_NAME}*`))
      for (const name of batch) {
        const text = await this.redis.get(name)
        if (text !== null) found.push(readTold(text))
      }
    return found
  }

  close(): void {
    this.redis.disconnect()
  }

  /** Encrypted values, with the id of their key. */
  async *#encrypted(progress: (names: number) => void): AsyncIterable<{ name: string; key: string }> {
    let seen = 0
    for await (const batch of this.#names('kyc:*')) {
      const names = batch.filter((name) => !NOT_ENCRYPTED.test(name))
      const heads = await Promise.all(
        names.map((name) => this.redis.getrangeBuffer(name, startOf(name), startOf(name) + KEY_ID_BYTES)),
      )
      for (const [i, name] of names.entries()) {
        const key = valueKeyOf(heads[i]!)
        if (key !== undefined) yield { name, key }
      }
      progress((seen += batch.length))
    }
  }

  /** Names of strings, in batches, from all primaries of a cluster. */
  async *#names(pattern: string): AsyncIterable<readonly string[]> {
    for (const node of this.redis instanceof Redis ? [this.redis] : this.redis.nodes('master'))
      for (let cursor = '0'; ;) {
        const [next, names] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT, 'TYPE', 'string')
        yield names
        cursor = next
        if (cursor === '0') break
      }
  }
}
