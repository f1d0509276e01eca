import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Labels, Store, StoreKey } from '../../datasources/contract/store.js'
import { createKeyedMutex } from '../../datasources/support/keyed-mutex.js'
import type { Statement, StoreCipher } from './cipher.js'
import type { RawStore } from './raw-store.js'
import { tracedRaw } from './traced-raw.js'
import { type Trust, UNCHECKED } from './trust.js'
import { WriteRecords } from './write-records.js'

const MAX_ATTEMPTS = 50
const MAX_RETRY_DELAY_MS = 50

/** Values of a raw store under the names of a cipher. During key rotation a value may have an older name. */
class EncryptedValues {
  readonly #raw: RawStore
  readonly #cipher: StoreCipher

  constructor(raw: RawStore, cipher: StoreCipher) {
    this.#raw = raw
    this.#cipher = cipher
  }

  /** Finds a value under its current name, else under an older one. */
  async find(key: StoreKey): Promise<unknown> {
    for (const name of this.#cipher.namesOf(key)) {
      const bytes = await this.#raw.get(name)
      if (bytes) return this.#cipher.decrypt(name, bytes)
    }
    return null
  }

  /** Optimistic locking: reads, changes and swaps until no other process has changed the value in between. */
  async update<T>(
    key: StoreKey,
    ttlMs: number,
    change: (current: T | null, now: number) => T | null | undefined,
    labels?: Labels,
  ): Promise<{ value: T | null; changed: boolean }> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (attempt > 0) await delay(Math.random() * Math.min(2 ** attempt, MAX_RETRY_DELAY_MS))
      const { name, bytes, value: found, now } = await this.#read(key)
      const current = found as T | null
      const value = change(current, now)
      if (value === undefined) return { value: current, changed: false }
      // What it states of persons stays: a later change may not know their ids.
      const next = value === null ? null : this.#cipher.encrypt(name, value, labels, this.#statementOf(name, bytes))
      if (!(await this.#raw.compareAndSwap(name, bytes, next, ttlMs))) continue
      if (bytes !== null || next === null || !(await this.#existsElsewhere(key, name))) return { value, changed: true }
      await this.#raw.compareAndSwap(name, next, null, ttlMs)
    }
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }

  /** Moves a value to its name under the current key. One that changes meanwhile stays where it is. */
  async renew(key: StoreKey, ttlMs: number): Promise<void> {
    const { name, bytes, value } = await this.#read(key)
    if (bytes === null || value === null) return
    const current = this.#cipher.nameOf(key)
    const next = this.#cipher.encrypt(current, value, {}, this.#statementOf(name, bytes))
    const isMoved = name !== current
    if (!(await this.#raw.compareAndSwap(current, isMoved ? null : bytes, next, ttlMs)) || !isMoved) return
    if (!(await this.#raw.compareAndSwap(name, bytes, null, 0))) await this.#raw.compareAndSwap(current, next, null, 0)
  }

  #statementOf(name: string, bytes: Buffer | null): Statement {
    return bytes === null ? {} : this.#cipher.statementOf(name, bytes)
  }

  /** Finds a value with its name and the store's time. */
  async #read(key: StoreKey): Promise<{ name: string; bytes: Buffer | null; value: unknown; now: number }> {
    const [current, ...older] = this.#cipher.namesOf(key)
    const found = await this.#raw.read(current)
    if (found.bytes) return { name: current, ...found, value: this.#cipher.decrypt(current, found.bytes) }
    for (const name of older) {
      const { bytes, now } = await this.#raw.read(name)
      if (bytes) return { name, bytes, now, value: this.#cipher.decrypt(name, bytes) }
    }
    return { name: current, ...found, value: null }
  }

  /**
   * True when the value also exists under another name. During key rotation, replicas with another current secret
   * write the same value under another name. The writer of a new value therefore checks the other names afterwards, and
   * reverts its value when it finds one: at most one of two concurrent writers succeeds.
   */
  async #existsElsewhere(key: StoreKey, name: string): Promise<boolean> {
    for (const other of this.#cipher.namesOf(key)) if (other !== name && (await this.#raw.get(other))) return true
    return false
  }
}

/** Encrypted store: encrypts names and values on their way to a raw store. `trust` decides whether it may take claims. */
export function encryptedStore(raw: RawStore, cipher: StoreCipher, trust: Trust = UNCHECKED): Store {
  // Updates of one name wait for each other here, so that compare-and-swap competes with other processes only.
  return storeOver(raw, { cipher, trust, mutex: createKeyedMutex() })
}

interface Parts {
  readonly cipher: StoreCipher
  readonly trust: Trust
  readonly mutex: ReturnType<typeof createKeyedMutex>
}

function storeOver(raw: RawStore, parts: Parts): Store {
  const { cipher, trust, mutex } = parts
  const { commands } = raw
  const values = new EncryptedValues(raw, cipher)
  const writes = new WriteRecords(raw, cipher, trust)

  return {
    traced: commands && ((trace) => storeOver(tracedRaw(raw, commands, trace), parts)),

    async get<T>(key: StoreKey) {
      return (await values.find(key)) as T | null
    },

    async set(key, value, ttlSeconds, labels) {
      const name = cipher.nameOf(key)
      await raw.set(name, cipher.encrypt(name, value, labels), ttlSeconds * 1000)
      // During key rotation, a replica with another current secret would find the stale value under an older name first.
      for (const older of cipher.olderNamesOf(key)) {
        const stale = await raw.get(older)
        if (stale) await raw.compareAndSwap(older, stale, null, 0)
      }
    },

    update: (key, ttlSeconds, change, labels) =>
      mutex(cipher.nameOf(key), () => values.update(key, ttlSeconds * 1000, change, labels)),

    renew: (key, ttlSeconds) => mutex(cipher.nameOf(key), () => values.renew(key, ttlSeconds * 1000)),

    updateWrite: (keys, ttlSeconds, change, options) =>
      mutex(JSON.stringify(keys.earlier), () => writes.update(keys, ttlSeconds * 1000, change, options)),

    now: raw.now,

    digest: (...parts) => cipher.digest(parts),

    isDigest: (digest, ...parts) => cipher.isDigest(digest, parts),

    seal: (value, ...context) => cipher.seal(value, context),

    unseal: (text, ...context) => cipher.unseal(text, context),
  }
}
