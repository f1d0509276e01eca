import { createHash, createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto'

/** What a chain is sealed with, and what hides a caller's own words in it. Two keys of one secret. */
export interface ChainKey {
  /** Names the key in a chain's first entry; tells nothing of it. */
  readonly id: string
  readonly seal: Buffer
  readonly names: Buffer
}

/** One line of the trail. */
export interface Sealed {
  readonly line: string
  readonly chain: string
  readonly seq: number
  readonly mac: string
}

export interface Chain {
  readonly id: string
  /** The next line, of what happened at an instant. */
  readonly next: (at: string, entry: object) => Sealed
}

/** Derives a chain's keys from one of `STORE_ENCRYPTION_KEY`'s. */
export function chainKey(secret: Buffer): ChainKey {
  const part = (use: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `kyc-graph ${use}`, 32))
  const seal = part('audit seal')
  return { id: createHash('sha256').update(seal).digest('hex').slice(0, 8), seal, names: part('audit names') }
}

const macOf = ({ seal }: ChainKey, body: string): string => createHmac('sha256', seal).update(body).digest('base64url')

/** Unicode's own ends of a line, which JSON leaves as they are: some readers of lines would tear there what they stand in. */
const escaped = (json: string): string =>
  json.replace(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'))

/** The text of an object with its seal as its last member. */
export function sealText(key: ChainKey, json: string): { text: string; mac: string } {
  const body = escaped(json)
  const mac = macOf(key, body)
  return { text: `${body.slice(0, -1)},"mac":"${mac}"}`, mac }
}

/** What was sealed and its seal; undefined when the text has none. */
export function unseal(text: string): { body: string; mac: string } | undefined {
  const mac = /,"mac":"([\w-]{43})"\}$/.exec(text)?.[1]
  return mac === undefined ? undefined : { body: `${text.slice(0, -(mac.length + 10))}}`, mac }
}

export const isSealedBy = (key: ChainKey, { body, mac }: { body: string; mac: string }): boolean =>
  timingSafeEqual(Buffer.from(macOf(key, body)), Buffer.from(mac))

/** A process's chain: each entry names the one before it by its seal, so none can be changed, taken out or moved unseen. */
export function startChain(key: ChainKey): Chain {
  const id = randomUUID()
  let seq = 0
  let prev = ''
  return {
    id,
    next(at, entry) {
      // As one object would be written, without making it.
      const { text, mac } = sealText(
        key,
        `{"chain":"${id}","seq":${seq},"prev":"${prev}","at":"${at}",${JSON.stringify(entry).slice(1)}`,
      )
      prev = mac
      return { line: text, chain: id, seq: seq++, mac }
    },
  }
}
