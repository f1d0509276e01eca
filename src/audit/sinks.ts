import { type FileHandle, open, stat } from 'node:fs/promises'
import type { AuditConfig } from '../config.js'
import type { RedisAddress } from '../store/connection.js'
import { openRedis, waitUntilReady } from './redis.js'

/**
 * Sink: the destination of the trail's lines. `write` returns how many lines, counted from the first, are certainly
 * written; it rejects when it knows of none.
 */
export interface Sink {
  readonly write: (lines: readonly string[]) => Promise<number>
  readonly close: () => Promise<void>
}

const NEWLINE = 10

const countLines = (bytes: Buffer): number => bytes.reduce((lines, byte) => lines + (byte === NEWLINE ? 1 : 0), 0)

/** Device and inode of a path; empty when there is no file. */
const fileIdOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => '',
  )

/** True when the last line of a file has no newline. */
async function endsWithPartialLine(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    return size > 0 && (await file.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] !== NEWLINE
  } finally {
    await file.close()
  }
}

/** File sink: appends to a file with mode 0600. After log rotation (rename or removal) it creates the file again. */
function fileSink(path: string): Sink {
  let handle: FileHandle | undefined
  let fileId = ''
  /** True after a partial write: the fragment stays in the file, and its entry is written again on a new line. */
  let isPartial = false

  async function currentFile(): Promise<FileHandle> {
    if (handle !== undefined && fileId === (await fileIdOf(path))) return handle
    await handle?.close().catch(() => undefined)
    handle = undefined
    handle = await open(path, 'a', 0o600)
    isPartial = (await handle.stat()).isFile() && (await endsWithPartialLine(path))
    fileId = await fileIdOf(path)
    return handle
  }

  return {
    async write(lines) {
      const file = await currentFile()
      const bytes = Buffer.from(`${isPartial ? '\n' : ''}${lines.join('\n')}\n`)
      const { bytesWritten } = await file.write(bytes)
      if (bytesWritten === 0) return 0
      const written =
        bytesWritten === bytes.length ? lines.length : countLines(bytes.subarray(0, bytesWritten)) - (isPartial ? 1 : 0)
      isPartial = bytes[bytesWritten - 1] !== NEWLINE
      return written
    },
    async close() {
      await handle?.sync().catch(() => undefined)
      await handle?.close()
    },
  }
}

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

/** Opens the sink of `AUDIT_LOG`. */
export function openSink({ audit, redis }: Pick<AuditConfig, 'audit' | 'redis'>): Sink {
  if ('stream' in audit) return streamSink(redis!, audit.stream)
  return 'file' in audit ? fileSink(audit.file) : stdoutSink()
}
