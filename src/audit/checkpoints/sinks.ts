import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { syslogMessage, syslogSink } from '../../security-events/syslog.js'
import type { SyslogAddress } from '../../security-events/syslog-address.js'
import type { RedisAddress } from '../../store/redis-address.js'
import { openRedis, waitUntilReady } from '../redis.js'
import type { SignedCheckpoint } from './checkpoint.js'

/** Where checkpoints go: what has them must not let this process change or remove them. */
export interface CheckpointSink {
  /** Rejects where the checkpoint may not be there; it is put again then. */
  readonly put: (checkpoint: SignedCheckpoint) => Promise<void>
  /** The newest lines that the sink holds, also of other processes; none where it cannot list them. */
  readonly newest: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

const MAX_TAIL_BYTES = 1_048_576
const MAX_TAIL_LINES = 1_000
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants

/** The last lines of a file, 1 MiB of them at most; none where there is no file. */
async function tailOf(path: string): Promise<readonly string[]> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW).catch(() => undefined)
  if (file === undefined) return []
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, MAX_TAIL_BYTES))
    await file.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8').split('\n')
  } finally {
    await file.close()
  }
}

/** A file, which may have the append-only attribute; each line is fsynced. */
const fileSink = (path: string): CheckpointSink => ({
  async put({ line }) {
    const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
    try {
      // A line of an attempt that failed half-way may be the last one.
      await file.appendFile(`\n${line}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
  },
  newest: () => tailOf(path),
  close: () => Promise.resolve(),
})

/** A stream in Redis. */
function streamSink(address: RedisAddress, stream: string): CheckpointSink {
  const redis = openRedis(address)
  return {
    async put({ line }) {
      await waitUntilReady(redis)
      await redis.xadd(stream, '*', 'checkpoint', line)
    },
    async newest() {
      await waitUntilReady(redis)
      const rows = await redis.xrevrange(stream, '+', '-', 'COUNT', MAX_TAIL_LINES)
      return rows.map(([, fields]) => fields[1] ?? '')
    },
    close: async () => redis.disconnect(),
  }
}

/** Puts an object; rejects where the store did not take it. */
export type PutObject = (path: string, body: string) => Promise<void>

/** An object store: one object for each checkpoint. */
const objectSink = (put: PutObject): CheckpointSink => ({
  put: ({ line, checkpoint: { checkpoint, n } }) => put(`${checkpoint}/${String(n).padStart(8, '0')}.json`, line),
  newest: () => Promise.resolve([]),
  close: () => Promise.resolve(),
})

/** Facility "log audit" with the severity "informational". */
const SYSLOG_HEAD = { priority: 13 * 8 + 6, id: 'audit-checkpoint' }

/** A syslog server, over a connection: what it does with a line is its own. */
function syslogCheckpoints(address: SyslogAddress): CheckpointSink {
  const sink = syslogSink(address.transport, () => address)
  return {
    put: async ({ line }) => void (await sink.write([syslogMessage(line, SYSLOG_HEAD, Date.now())])),
    newest: () => Promise.resolve([]),
    close: () => sink.close(),
  }
}

/** The destination of checkpoints. */
export type CheckpointDestination =
  | { readonly file: string }
  | { readonly stream: string; readonly redis: RedisAddress }
  | { readonly syslog: SyslogAddress }
  | { readonly put: PutObject }

/** Opens the sink of `AUDIT_CHECKPOINTS`. */
export function openCheckpointSink(destination: CheckpointDestination): CheckpointSink {
  if ('file' in destination) return fileSink(destination.file)
  if ('syslog' in destination) return syslogCheckpoints(destination.syslog)
  return 'put' in destination ? objectSink(destination.put) : streamSink(destination.redis, destination.stream)
}
