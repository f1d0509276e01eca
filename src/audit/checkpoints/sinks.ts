import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { syslogMessage, syslogSink } from '../../security-events/syslog.js'
import type { SyslogAddress } from '../../security-events/syslog-address.js'
import type { RedisAddress } from '../../store/redis-address.js'
import { openRedis, waitUntilReady } from '../redis.js'
import type { SignedCheckpoint } from './checkpoint.js'
import { linesSince } from './file-lines.js'

/** Where checkpoints go: what has them must not let this process change or remove them. */
export interface CheckpointSink {
  /** Rejects where the checkpoint may not be there; it is put again then. */
  readonly put: (checkpoint: SignedCheckpoint) => Promise<void>
  /** The lines since a time, also of other processes, oldest first; none where the sink cannot list them. */
  readonly since: (time: number) => AsyncIterable<string>
  readonly close: () => Promise<void>
}

/** Lines of a stream that are read at one time. */
const PAGE_LINES = 100
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants

async function* none(): AsyncGenerator<string> {
  // A sink that cannot be listed.
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
  since: (time) => linesSince(path, time),
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
    async *since(time) {
      await waitUntilReady(redis)
      for (let from = `${time}-0`; ;) {
        const rows = await redis.xrange(stream, from, '+', 'COUNT', PAGE_LINES)
        for (const [, fields] of rows) yield fields[1] ?? ''
        if (rows.length < PAGE_LINES) return
        from = `(${rows.at(-1)![0]}`
      }
    },
    close: async () => redis.disconnect(),
  }
}

/** Puts an object; rejects where the store did not take it. */
export type PutObject = (path: string, body: string) => Promise<void>

/** An object store: one object for each checkpoint. */
const objectSink = (put: PutObject): CheckpointSink => ({
  put: ({ line, checkpoint: { checkpoint, n } }) => put(`${checkpoint}/${String(n).padStart(8, '0')}.json`, line),
  since: none,
  close: () => Promise.resolve(),
})

/** Facility "log audit" with the severity "informational". */
const SYSLOG_HEAD = { priority: 13 * 8 + 6, id: 'audit-checkpoint' }

/** A syslog server, over a connection: what it does with a line is its own. */
function syslogCheckpoints(address: SyslogAddress): CheckpointSink {
  const sink = syslogSink(address.transport, () => address)
  return {
    put: async ({ line }) => void (await sink.write([syslogMessage(line, SYSLOG_HEAD, Date.now())])),
    since: none,
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
