import { createHmac } from 'node:crypto'
import type { KeyHolder } from '../keys/key-holder.js'
import { type AnchorStore, openAnchorStore } from './anchors.js'
import { BatchWriter } from './batch-writer.js'
import { type ChainKey, createHashChain, deriveChainKey, type Head } from './chain.js'
import type { CheckpointAccess, CheckpointConfig } from './checkpoints/settings.js'
import { openCheckpointSink } from './checkpoints/sinks.js'
import { CheckpointWriter } from './checkpoints/writer.js'
import type { FileNotice } from './file-sink.js'
import { openSink, type SinkConfig } from './sinks.js'

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
  /** Takes another way to the destination of checkpoints and to their root key in use. */
  readonly useCheckpoints: (access: CheckpointAccess) => void
  /** Ends the chain and writes the queue. What is appended from then on is not written, and counts as lost. */
  readonly close: () => Promise<void>
}

interface TrailOptions {
  readonly config: SinkConfig & { readonly checkpoints: CheckpointConfig | undefined }
  readonly keys: KeyHolder
  /** Called when the sink becomes unusable, and when it becomes usable again. */
  readonly changed: (usable: boolean) => void
  /** Called at the end with the number of entries that were not written, those that came after the end of the chain too. */
  readonly lost: (entries: number) => void
  /** Told of a file whose mode or directory others could use. */
  readonly notice: (what: FileNotice) => void
  /** Called when checkpoints cannot be written, with the class of the cause, and when they can again. */
  readonly checkpointed: (cause: string | undefined) => void
}

/** Anchors the heads at an interval. A failed attempt is repeated at the next interval; the trail does not depend on it. */
function startAnchoring(
  anchors: AnchorStore | undefined,
  heads: () => readonly Head[],
  keyOf: (head: Head) => ChainKey,
) {
  const anchored = new Map<string, string>()

  async function anchor(): Promise<void> {
    if (anchors === undefined) return
    for (const head of heads()) {
      if (anchored.get(head.chain) === head.head) continue
      await anchors.put({ ...head, at: new Date().toISOString() }, keyOf(head))
      anchored.set(head.chain, head.head)
    }
  }

  const timer = setInterval(() => void anchor().catch(() => undefined), ANCHOR_INTERVAL_MS).unref()
  return { anchor: () => anchor().catch(() => undefined), stop: () => clearInterval(timer) }
}

function startCheckpoints(
  config: CheckpointConfig | undefined,
  heads: () => readonly Head[],
  changed: (cause: string | undefined) => void,
): CheckpointWriter | undefined {
  if (config === undefined) return undefined
  const { destination, ...options } = config
  return new CheckpointWriter({ ...options, sink: openCheckpointSink(destination), heads, changed })
}

/** The chains of this process: one, and another one after each change of the current key. */
class Chains {
  readonly #keys = new Map<string, ChainKey>()
  #current: ChainKey

  constructor(secret: Buffer) {
    this.#current = deriveChainKey(secret)
  }

  get key(): ChainKey {
    return this.#current
  }

  /** Begins a chain under the current key. */
  begin() {
    const chain = createHashChain(this.#current)
    this.#keys.set(chain.id, this.#current)
    return { chain, entry: { kind: 'start', version: FORMAT_VERSION, key: this.#current.id } }
  }

  /** True where the secret is another one. */
  rotate(secret: Buffer): boolean {
    const key = deriveChainKey(secret)
    if (key.id === this.#current.id) return false
    this.#current = key
    return true
  }

  keyOf({ chain }: Head): ChainKey {
    return this.#keys.get(chain)!
  }
}

/** Opens the trail at the sink of `AUDIT_LOG`. */
export function openTrail({ config, keys, changed, lost, notice, checkpointed }: TrailOptions): Trail {
  const chains = new Chains(keys.current.seals[0]!.secret)
  const sink = openSink(config, notice)
  const first = chains.begin()
  const writer = new BatchWriter(sink, first.chain, changed)
  const anchors = config.redis === undefined ? undefined : openAnchorStore(config.redis)
  const anchoring = startAnchoring(
    anchors,
    () => writer.heads,
    (head) => chains.keyOf(head),
  )
  const checkpoints = startCheckpoints(config.checkpoints, () => writer.heads, checkpointed)

  const started = writer.pushAndWait(first.entry, START_TIMEOUT_MS)
  void started.then(() => checkpoints?.step())
  keys.onChange(({ seals }) => {
    if (writer.hasEnded || !chains.rotate(seals[0]!.secret)) return
    writer.push({ kind: 'end' })
    const { chain, entry } = chains.begin()
    writer.use(chain)
    writer.push(entry)
  })

  return {
    started,
    usable: () => writer.isUsable,
    append: (entry) => writer.push(entry),
    commit: (entry) => new Promise((resolve, reject) => writer.push(entry, { resolve, reject })),
    pseudonymOf: (text) =>
      `#${createHmac('sha256', chains.key.pseudonyms).update(text).digest('base64url').slice(0, 22)}`,
    useCheckpoints({ destination, root }) {
      // The credentials of Redis are replaced on its connections, and a file needs none.
      if ('put' in destination || 'syslog' in destination) checkpoints?.use(openCheckpointSink(destination), root)
    },
    async close() {
      anchoring.stop()
      await writer.end({ kind: 'end' }, SHUTDOWN_TIMEOUT_MS)
      const unwritten = writer.close()
      await anchoring.anchor()
      await checkpoints?.close()
      await sink.close().catch(() => undefined)
      await anchors?.close()
      // Last: an operation that outlasts the drain may end meanwhile.
      if (unwritten + writer.refused > 0) lost(unwritten + writer.refused)
    },
  }
}
