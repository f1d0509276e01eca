import type { AuditSinkConfig } from './audit-settings.js'
import { type FileNotice, fileSink } from './file-sink.js'
import type { RedisAddress } from '../store/redis-address.js'
import { openRedis, waitUntilReady } from './redis.js'
import type { Sink } from './sink.js'

/** Standard output sink, for platforms that collect the output of a process. */
const stdoutSink = (): Sink => ({
  write: (lines) =>
    new Promise((resolve, reject) =>
      process.stdout.write(`${lines.join('\n')}\n`, (error) => (error ? reject(error) : resolve(lines.length))),
    ),
  close: () => Promise.resolve(),
})

/** Redis stream sink: a batch is one transaction. The stream is not trimmed. */
function streamSink(address: RedisAddress, stream: string): Sink {
  const redis = openRedis(address)
  return {
    async write(lines) {
      await waitUntilReady(redis)
      const batch = redis.multi()
      for (const line of lines) batch.xadd(stream, '*', 'entry', line)
      const replies = await batch.exec()
      if (replies === null || replies.some(([error]) => error !== null)) throw new Error('the batch was not written')
      return lines.length
    },
    close: async () => redis.disconnect(),
  }
}

/** The settings of the sink, and the Redis of a stream. */
export type SinkConfig = AuditSinkConfig & { readonly redis: RedisAddress | undefined }

/** Opens the sink of `AUDIT_LOG`. */
export function openSink({ audit, auditFsync, redis }: SinkConfig, notice: (what: FileNotice) => void): Sink {
  if ('stream' in audit) return streamSink(redis!, audit.stream)
  return 'file' in audit ? fileSink(audit.file, { fsync: auditFsync, notice }) : stdoutSink()
}
