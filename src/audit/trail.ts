import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../datasources/contract/errors.js'
import type { AuditConfig } from '../config.js'
import { openAnchors } from './anchors.js'
import { chainKey, type Sealed, startChain } from './chain.js'
import { openSink } from './sinks.js'

/** Of the entries' form. */
const FORMAT = 1
const LARGEST_BATCH = 500
/** With so many waiting nothing new that has to be recorded is begun. */
const MOST_WAITING = 10_000
const RETRY_MS = 250
/** How long an entry that nobody waits for may wait for others, so that they are written together. */
const GATHER_MS = 10
/** A write that takes longer has failed as far as callers are concerned. */
const STALLED_MS = 2_000
/** How long a start waits for the first entry before it goes on without. */
const PATIENCE_MS = 2_000
const ANCHOR_MS = 1_000
/** How long a stopping process tries to write what still waits. */
const LAST_TRY_MS = 5_000

interface Waiting {
  readonly at: string
  readonly entry: object
  sealed?: Sealed
  readonly settle?: { readonly resolve: () => void; readonly reject: (error: ApiError) => void } | undefined
}

/** The audit trail of this process. */
export interface Trail {
  /** False from a write that failed to the next one that did not. */
  readonly usable: () => boolean
  /** Takes an entry over; it is written in a moment, in order, and kept until it is. */
  readonly append: (entry: object) => void
  /** The same at once, and waits until the line is written; `AUDIT_UNAVAILABLE` when it is not, though it may be later. */
  readonly commit: (entry: object) => Promise<void>
  /** A keyed hash of a caller's own words, which may hold anything. */
  readonly hide: (text: string) => string
  /** Ends the chain and writes what still waits. */
  readonly close: () => Promise<void>
}

/** The time of now as it stands in an entry; one for all of the same ms, as it takes longer to write than most of an entry. */
function clock(): () => string {
  let at = 0
  let text = ''
  return () => {
    const now = Date.now()
    if (now !== at) text = new Date(now).toISOString()
    at = now
    return text
  }
}

interface TrailOptions {
  readonly config: AuditConfig
  /** Told when the trail can be written no more, and when it can again. */
  readonly changed: (usable: boolean) => void
  /** Told at the end how many entries never were. */
  readonly lost: (entries: number) => void
}

const unavailable = () => new ApiError('AUDIT_UNAVAILABLE', { retryAfterSeconds: 1 })

/** Opens the trail where `AUDIT_LOG` says. Without `STORE_ENCRYPTION_KEY` its key ends with the process. */
export async function openTrail({ config, changed, lost }: TrailOptions): Promise<Trail> {
  const key = chainKey(config.encryptionKeys?.[0] ?? randomBytes(32))
  const chain = startChain(key)
  const now = clock()
  const sink = openSink(config)
  const anchors = config.redis === undefined ? undefined : openAnchors(config.redis, key)
  const waiting: Waiting[] = []
  let written: Sealed | undefined
  let anchored: Sealed | undefined
  let failed = false
  let stopping = false
  let pumping = false
  let gathering: NodeJS.Timeout | undefined

  function turn(usable: boolean): void {
    if (!usable) for (const { settle } of waiting) settle?.reject(unavailable())
    if (failed === !usable) return
    failed = !usable
    changed(usable)
  }

  async function pump(): Promise<void> {
    // What one turn of the event loop brings is written together.
    await new Promise(setImmediate)
    do {
      const lines = waiting
        .slice(0, LARGEST_BATCH)
        .map((item) => (item.sealed ??= chain.next(item.at, item.entry)).line)
      const stalled = setTimeout(() => turn(false), STALLED_MS)
      const there = await sink.write(lines).catch(() => 0)
      clearTimeout(stalled)
      const done = waiting.splice(0, there)
      written = done.at(-1)?.sealed ?? written
      for (const { settle } of done) settle?.resolve()
      turn(there > 0)
      if (there > 0) continue
      if (stopping) return
      await delay(RETRY_MS)
    } while (failed || waiting.length >= LARGEST_BATCH || waiting.some(({ settle }) => settle !== undefined))
    // At once: what comes before this promise is settled begins another turn.
    pumping = false
    if (waiting.length > 0) gather()
  }

  function start(): void {
    clearTimeout(gathering)
    gathering = undefined
    pumping = true
    void pump()
  }

  function gather(): void {
    gathering ??= setTimeout(start, GATHER_MS)
  }

  /** Takes an entry over. What somebody waits for is written at once, with all that came before it. */
  function push(entry: object, settle?: Waiting['settle']): void {
    waiting.push({ at: now(), entry, settle })
    if (pumping) return
    if (settle) start()
    else gather()
  }

  /** Waits until the entry is written, but no longer than that. */
  async function enter(entry: object, patienceMs: number): Promise<void> {
    const patience = new AbortController()
    const entered = new Promise<void>((resolve) => push(entry, { resolve, reject: () => undefined }))
    await Promise.race([entered, delay(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)])
    patience.abort()
  }

  async function anchor(): Promise<void> {
    const head = written
    if (anchors === undefined || head === undefined || head === anchored) return
    await anchors.put({ chain: head.chain, count: head.seq + 1, head: head.mac, at: new Date().toISOString() })
    anchored = head
  }
  // Tried again at the next turn: the trail itself does not depend on it.
  const anchoring = setInterval(() => void anchor().catch(() => undefined), ANCHOR_MS).unref()

  await enter({ kind: 'start', version: FORMAT, key: key.id }, PATIENCE_MS)

  return {
    usable: () => !failed && waiting.length < MOST_WAITING,
    append: (entry) => push(entry),
    commit: (entry) => new Promise((resolve, reject) => push(entry, { resolve, reject })),
    hide: (text) => `#${createHmac('sha256', key.names).update(text).digest('base64url').slice(0, 22)}`,
    async close() {
      clearInterval(anchoring)
      await enter({ kind: 'end' }, LAST_TRY_MS)
      stopping = true
      if (waiting.length > 0) lost(waiting.length)
      await anchor().catch(() => undefined)
      await sink.close().catch(() => undefined)
      await anchors?.close()
    },
  }
}
