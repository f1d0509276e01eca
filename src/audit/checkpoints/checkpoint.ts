import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto'
import type { Head } from '../chain.js'

/** Signs with a long-lived key (the root key), which this process cannot read, or has forgotten since its start. */
export interface RootSigner {
  readonly sign: (text: Buffer) => Promise<Buffer>
  /** Its public key, where this process knows it. */
  readonly publicKey?: KeyObject
}

/** What a checkpoint states of the trail. */
export interface Statement {
  /** The process has begun, goes on, or has ended. */
  readonly state: 'begun' | 'running' | 'ended'
  /** How far each chain of this process is. */
  readonly chains: readonly Head[]
  /** Chains of other processes, as their own checkpoints stated them; in the first checkpoint. */
  readonly known?: readonly Head[]
}

/** Checkpoint: a signed statement of how far the chains of one process are. */
export interface Checkpoint extends Statement {
  /** The sequence: all checkpoints of one process. */
  readonly checkpoint: string
  readonly n: number
  readonly at: string
  /** The interval of checkpoints, in seconds. */
  readonly every: number
  /** Hash of the checkpoint before. */
  readonly prev: string
  /** In the first checkpoint: its public key, signed with the root key. */
  readonly certificate?: { readonly key: string; readonly signature: string }
  /** The public key of the next checkpoint; absent in the last one. */
  readonly next?: string
}

/** A checkpoint with its line. */
export interface SignedCheckpoint {
  readonly line: string
  readonly checkpoint: Checkpoint
}

const newKey = () => generateKeyPairSync('ed25519')
const textOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64url')
const keyOf = (text: string): KeyObject =>
  createPublicKey({ key: Buffer.from(text, 'base64url'), type: 'spki', format: 'der' })

/** The text that the root key signs: it names the sequence and the public key of its first checkpoint. */
const certified = (sequence: string, key: string): Buffer =>
  Buffer.from(`kyc-graph audit checkpoints ${sequence} ${key}`)

export const hashOfLine = (line: string): string => createHash('sha256').update(line).digest('base64url')

/**
 * The checkpoints of one process, with forward-secure keys: each checkpoint is signed with a key of its own, which is
 * dropped after it, and names the public key of the next one. What takes the process over can sign what comes; it cannot
 * sign another past.
 */
export class CheckpointSequence {
  #root: RootSigner
  readonly #every: number
  readonly #id = randomUUID()
  #key = newKey()
  #certificate: Checkpoint['certificate']
  #n = 0
  #prev = ''

  constructor(root: RootSigner, everySeconds: number) {
    this.#root = root
    this.#every = everySeconds
  }

  /** The first checkpoint, where it is not signed yet, is signed by this root key. */
  useRoot(root: RootSigner): void {
    this.#root = root
  }

  /** Signs the next checkpoint. The first one needs the root key; it rejects where that cannot sign. */
  async next(statement: Statement): Promise<SignedCheckpoint> {
    const next = newKey()
    const checkpoint: Checkpoint = {
      checkpoint: this.#id,
      n: this.#n,
      at: new Date().toISOString(),
      every: this.#every,
      prev: this.#prev,
      ...(this.#n === 0 ? { certificate: (this.#certificate ??= await this.#certify()) } : {}),
      ...(statement.state === 'ended' ? {} : { next: textOf(next.publicKey) }),
      ...statement,
    }
    const body = JSON.stringify(checkpoint)
    const signature = sign(null, Buffer.from(body), this.#key.privateKey).toString('base64url')
    const line = `${body.slice(0, -1)},"signature":"${signature}"}`
    this.#key = next
    this.#n += 1
    this.#prev = hashOfLine(line)
    return { line, checkpoint }
  }

  async #certify(): Promise<NonNullable<Checkpoint['certificate']>> {
    const key = textOf(this.#key.publicKey)
    return { key, signature: (await this.#root.sign(certified(this.#id, key))).toString('base64url') }
  }
}

const SIGNED = /^(\{"checkpoint":"[\w-]{36}".*),"signature":"([\w-]+)"\}$/

const STATES: readonly unknown[] = ['begun', 'running', 'ended']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const isTime = (value: unknown): boolean => typeof value === 'string' && TIME.test(value)
const isNumber = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least
const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= 1_024
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isHead = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['chain'] === 'string' &&
  /^[\w-]{36}$/.test(value['chain']) &&
  isTime(value['since']) &&
  isTime(value['at']) &&
  isNumber(value['count'], 1) &&
  isText(value['head'])

const areHeads = (value: unknown): boolean => Array.isArray(value) && value.every(isHead)

/** True where each member has the form that a checkpoint gives it: whoever may append to a sink may add any line. */
const isCheckpoint = (value: unknown): value is Checkpoint =>
  isObject(value) &&
  isNumber(value['n'], 0) &&
  isTime(value['at']) &&
  isNumber(value['every'], 0) &&
  isText(value['prev']) &&
  STATES.includes(value['state']) &&
  areHeads(value['chains']) &&
  (value['known'] === undefined || areHeads(value['known'])) &&
  (value['next'] === undefined || isText(value['next'])) &&
  (value['certificate'] === undefined ||
    (isObject(value['certificate']) &&
      isText(value['certificate']['key']) &&
      isText(value['certificate']['signature'])))

/** Reads a line; undefined where it is no checkpoint. A header before it, such as that of syslog, is left out. The signature is not verified. */
export function readCheckpoint(given: string): SignedCheckpoint | undefined {
  const line = given.slice(Math.max(0, given.indexOf('{"checkpoint":"')))
  const body = SIGNED.exec(line)?.[1]
  if (body === undefined) return undefined
  try {
    const checkpoint: unknown = JSON.parse(`${body}}`)
    return isCheckpoint(checkpoint) ? { line, checkpoint } : undefined
  } catch {
    return undefined
  }
}

/** Verifies the signature of a line under a public key in text. */
export function isSigned(line: string, key: string | undefined): boolean {
  const [, body, signature] = SIGNED.exec(line) ?? []
  if (body === undefined || signature === undefined || key === undefined) return false
  try {
    return verify(null, Buffer.from(`${body}}`), keyOf(key), Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}

/** True when one of the root keys has signed the certificate of a first checkpoint. */
export function isCertified({ checkpoint, certificate }: Checkpoint, roots: readonly KeyObject[]): boolean {
  if (certificate === undefined) return false
  const text = certified(checkpoint, certificate.key)
  const signature = Buffer.from(certificate.signature, 'base64url')
  return roots.some((root) => verify(root.asymmetricKeyType === 'ed25519' ? null : 'sha256', text, root, signature))
}
