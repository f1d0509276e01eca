import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../datasources/contract/errors.js'
import { createKeyedMutex } from '../../datasources/support/keyed-mutex.js'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import type { RawStore } from './raw-store.js'

const VERSION = 1
const ID_BYTES = 4
const IV_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + ID_BYTES + IV_BYTES + TAG_BYTES
const MOST_TRIES = 50
const LONGEST_PAUSE_MS = 50

interface Key {
  /** What a value under it begins with: the version and the key's id. */
  readonly head: Buffer
  readonly encryption: Buffer
  readonly names: Buffer
}

/** Two keys of one secret: what names a value must not be what encrypts it. */
function derive(secret: Buffer): Key {
  const part = (use: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `kyc-graph ${use}`, 32))
  const id = createHash('sha256').update(secret).digest().subarray(0, ID_BYTES)
  return { head: Buffer.concat([Buffer.from([VERSION]), id]), encryption: part('values'), names: part('names') }
}

// Parts are length-prefixed so that no two lists of parts read the same.
function hash(key: Buffer, parts: readonly string[]): string {
  let text = ''
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`
  return createHmac('sha256', key).update(text).digest('base64url')
}

/**
 * The store as rooms see it: names are keyed hashes, values are AES-256-GCM bound to their name.
 * The first secret encrypts and names; the others are still looked up and decrypted.
 */
export function encryptedStore(raw: RawStore, secrets: readonly Buffer[]): Store {
  const keys = secrets.map(derive)
  const [first] = keys
  if (!first) throw new Error('a store needs at least one key')

  const nameFor = (key: Key, [namespace, ...parts]: StoreKey) =>
    `kyc:${namespace}:${hash(key.names, [namespace, ...parts])}`

  function seal(name: string, value: unknown): Buffer {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', first!.encryption, iv).setAAD(Buffer.from(name))
    const text = cipher.update(JSON.stringify(value), 'utf8')
    // GCM pads nothing, so its last word has no text in it: it makes the tag.
    cipher.final()
    return Buffer.concat([first!.head, iv, cipher.getAuthTag(), text])
  }

  /** What cannot be opened was written under a key that is gone, or by somebody else: it is as if it were not there. */
  function open(name: string, bytes: Buffer): unknown {
    if (bytes.length < HEADER_BYTES) return null
    const key = keys.find(({ head }) => bytes.compare(head, 0, head.length, 0, head.length) === 0)
    if (!key) return null
    const iv = bytes.subarray(1 + ID_BYTES, 1 + ID_BYTES + IV_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', key.encryption, iv)
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(1 + ID_BYTES + IV_BYTES, HEADER_BYTES))
    try {
      const text = decipher.update(bytes.subarray(HEADER_BYTES))
      // Throws when the tag is another's: nothing is read before.
      decipher.final()
      return JSON.parse(text.toString('utf8')) as unknown
    } catch {
      return null
    }
  }

  /** Where the value is: under the first key's name, or while keys rotate under an older one's. */
  async function find(key: StoreKey): Promise<{ name: string; bytes: Buffer | null }> {
    const name = nameFor(first!, key)
    const bytes = await raw.get(name)
    if (bytes || keys.length === 1) return { name, bytes }
    for (const older of keys.slice(1).map((candidate) => nameFor(candidate, key))) {
      const kept = await raw.get(older)
      if (kept) return { name: older, bytes: kept }
    }
    return { name, bytes: null }
  }

  /**
   * While keys rotate, replicas that put another key first write the same thing under another name. Whoever begins one
   * therefore looks for it under the other names afterwards, and steps back when it is there: of two that begin at
   * once at most one goes on.
   */
  async function beganElsewhere(key: StoreKey, name: string): Promise<boolean> {
    for (const candidate of keys) {
      const other = nameFor(candidate, key)
      if (other !== name && (await raw.get(other))) return true
    }
    return false
  }

  /** Changes of one name in this process stand in line, so that only other processes are raced. */
  const queue = createKeyedMutex()

  async function change<T>(
    key: StoreKey,
    ttlMs: number,
    next: (current: T | null) => T | null | undefined,
  ): Promise<{ value: T | null; changed: boolean }> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      if (tries > 0) await delay(Math.random() * Math.min(2 ** tries, LONGEST_PAUSE_MS))
      const { name, bytes } = await find(key)
      const current = (bytes ? open(name, bytes) : null) as T | null
      const value = next(current)
      if (value === undefined) return { value: current, changed: false }
      const written = value === null ? null : seal(name, value)
      if (!(await raw.compareAndSwap(name, bytes, written, ttlMs))) continue
      if (bytes !== null || written === null || !(await beganElsewhere(key, name))) return { value, changed: true }
      await raw.compareAndSwap(name, written, null, ttlMs)
    }
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }

  return {
    async get<T>(key: StoreKey) {
      const { name, bytes } = await find(key)
      return (bytes ? open(name, bytes) : null) as T | null
    },

    async set(key, value, ttlSeconds) {
      const name = nameFor(first, key)
      await raw.set(name, seal(name, value), ttlSeconds * 1000)
      // While keys rotate, an older value under another key's name would be found first by whoever puts that key first.
      for (const other of keys.slice(1).map((candidate) => nameFor(candidate, key))) {
        const stale = await raw.get(other)
        if (stale) await raw.compareAndSwap(other, stale, null, 0)
      }
    },

    update: (key, ttlSeconds, next) => queue(nameFor(first, key), () => change(key, ttlSeconds * 1000, next)),

    digest: (...parts) => hash(first.names, ['digest', ...parts]),

    isDigest: (digest, ...parts) => keys.some((key) => hash(key.names, ['digest', ...parts]) === digest),
  }
}
