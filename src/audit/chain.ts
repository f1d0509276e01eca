import { createHash, createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto'

/** Keys of a hash chain, both derived from one secret: one authenticates entries, one pseudonymizes text of clients. */
export interface ChainKey {
  /** Key id in a chain's first entry: a hash that discloses nothing of the key. */
  readonly id: string
  readonly mac: Buffer
  readonly pseudonyms: Buffer
}

/** Entry of a hash chain: one line of the trail. */
export interface ChainEntry {
  readonly line: string
  readonly chain: string
  readonly seq: number
  readonly mac: string
}

/** How far a chain is: what anchors and checkpoints state of it. */
export interface Head {
  readonly chain: string
  /** When its first entry was made. */
  readonly since: string
  /** When its newest entry was made. */
  readonly at: string
  readonly count: number
  /** MAC of the newest entry. */
  readonly head: string
}

/** Hash chain: each entry contains the MAC of its predecessor. */
export interface HashChain {
  readonly id: string
  /** Appends an entry with its timestamp. */
  readonly next: (at: string, entry: object) => ChainEntry
}

/** Key derivation (HKDF) of a chain's keys from one key of `STORE_ENCRYPTION_KEY`. */
export function deriveChainKey(secret: Buffer): ChainKey {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `kyc-graph ${use}`, 32))
  const mac = derive('audit seal')
  return {
    id: createHash('sha256').update(mac).digest('hex').slice(0, 8),
    mac,
    pseudonyms: derive('audit names'),
  }
}

const macOf = ({ mac }: ChainKey, body: string): string => createHmac('sha256', mac).update(body).digest('base64url')

/** Escapes U+2028 and U+2029, which JSON permits in strings: some line readers split a line at them. */
const escapeLineSeparators = (json: string): string =>
  json.replace(/[\u2028\u2029]/g, (separator) => (separator === '\u2028' ? '\\u2028' : '\\u2029'))

/** Appends a MAC (HMAC-SHA256) to a JSON object as its last member. */
export function appendMac(key: ChainKey, json: string): { text: string; mac: string } {
  const body = escapeLineSeparators(json)
  const mac = macOf(key, body)
  return { text: `${body.slice(0, -1)},"mac":"${mac}"}`, mac }
}

/** Text that was authenticated, and its MAC. */
export interface AuthenticatedText {
  readonly body: string
  readonly mac: string
}

/** Splits text into its authenticated body and its MAC; undefined without a MAC. */
export function splitMac(text: string): AuthenticatedText | undefined {
  const mac = /,"mac":"([\w-]{43})"\}$/.exec(text)?.[1]
  return mac === undefined ? undefined : { body: `${text.slice(0, -(mac.length + 10))}}`, mac }
}

/** Verifies a MAC in constant time. */
export const isMacValid = (key: ChainKey, { body, mac }: AuthenticatedText): boolean =>
  timingSafeEqual(Buffer.from(macOf(key, body)), Buffer.from(mac))

/** Hash chain of one process: an entry that is changed, removed or moved breaks the chain. */
export function createHashChain(key: ChainKey): HashChain {
  const id = randomUUID()
  let seq = 0
  let prev = ''
  return {
    id,
    next(at, entry) {
      // Concatenates the JSON text, because copying the entry into a new object costs more.
      const { text, mac } = appendMac(
        key,
        `{"chain":"${id}","seq":${seq},"prev":"${prev}","at":"${at}",${JSON.stringify(entry).slice(1)}`,
      )
      prev = mac
      return { line: text, chain: id, seq: seq++, mac }
    },
  }
}
