import { createHmac, randomBytes } from 'node:crypto'
import type { AuditConfig } from '../config.js'
import { type AnchorStore, openAnchorStore } from './anchors.js'
import { BatchWriter } from './batch-writer.js'
import { type ChainEntry, createHashChain, deriveChainKey } from './chain.js'
import { openSink } from './sinks.js'

/** Version of the format of entries. */
const FORMAT_VERSION = 1
/** How long the start of the process waits for the first entry before it continues without it. */
const START_TIMEOUT_MS = 2_000
/** How long the shutdown waits for the queue to be written. */
const SHUTDOWN_TIMEOUT_MS = 5_000
const ANCHOR_INTERVAL_MS = 1_000

/** Audit trail of this process: a hash chain that is written to a sink and anchored in Redis. */
export interface Trail {
  /** Resolves when the first entry is written, or after two seconds. */
  readonly started: Promise<void>
  /** False from a failed write to the next successful one, and while the queue is full. */
  readonly usable: () => boolean
  /** Queues an entry; entries are written in order and stay queued until the sink has them. */
  readonly append: (entry: object) => void
  /** Queues an entry and waits until it is written. `AUDIT_UNAVAILABLE` when that fails, though it may be written later. */
  readonly commit: (entry: object) => Promise<void>
  /** Pseudonym: a keyed hash of text that a client has chosen, because such text may hold personal data. */
  readonly pseudonymOf: (text: string) => string
  /** Ends the chain and writes the queue. */
  readonly close: () => Promise<void>
}

interface TrailOptions {
  readonly config: AuditConfig
  /** Called when the sink becomes unusable, and when it becomes usable again. */
  readonly changed: (usable: boolean) => void
  /** Called at the end with the number of entries that were not written. */
  readonly lost: (entries: number) => void
}

/** Anchors the newest entry at an interval. A failed attempt is repeated at the next interval; the trail does not depend on it. */
function startAnchoring(anchors: AnchorStore | undefined, newest: () => ChainEntry | undefined) {
  let anchored: ChainEntry | undefined

  async function anchor(): Promise<void> {
    const head = newest()
    if (anchors === undefined || head === undefined || head === anchored) return
    await anchors.put({ chain: head.chain, count: head.seq + 1, head: head.mac, at: new Date().toISOString() })
    anchored = head
  }

  const timer = setInterval(() => void anchor().catch(() => undefined), ANCHOR_INTERVAL_MS).unref()
  return { anchor: () => anchor().catch(() => undefined), stop: () => clearInterval(timer) }
}

/** Opens the trail at the sink of `AUDIT_LOG`. Without `STORE_ENCRYPTION_KEY` its key ends with the process. */
export function openTrail({ config, changed, lost }: TrailOptions): Trail {
  const key = deriveChainKey(config.encryptionKeys?.[0] ?? randomBytes(32))
  const sink = openSink(config)
  const writer = new BatchWriter(sink, createHashChain(key), changed)
  const anchors = config.redis === undefined ? undefined : openAnchorStore(config.redis, key)
  const anchoring = startAnchoring(anchors, () => writer.newest)

  const started = writer.pushAndWait({ kind: 'start', version: FORMAT_VERSION, key: key.id }, START_TIMEOUT_MS)

  return {
    started,
    usable: () => writer.isUsable,
    append: (entry) => writer.push(entry),
    commit: (entry) => new Promise((resolve, reject) => writer.push(entry, { resolve, reject })),
    pseudonymOf: (text) => `#${createHmac('sha256', key.pseudonyms).update(text).digest('base64url').slice(0, 22)}`,
    async close() {
      anchoring.stop()
      await writer.pushAndWait({ kind: 'end' }, SHUTDOWN_TIMEOUT_MS)
      const unwritten = writer.close()
      if (unwritten > 0) lost(unwritten)
      await anchoring.anchor()
      await sink.close().catch(() => undefined)
      await anchors?.close()
    },
  }
}
