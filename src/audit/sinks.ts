import { type FileHandle, open, stat } from 'node:fs/promises'
import type { AuditConfig } from '../config.js'
import type { RedisAddress } from '../store/connection.js'
import { connected, openRedis } from './redis.js'

/** Where lines go. `write` answers how many of them, from the first on, are certainly there; it rejects when it knows of none. */
export interface Sink {
  readonly write: (lines: readonly string[]) => Promise<number>
  readonly close: () => Promise<void>
}

const NEWLINE = 10
const whole = (bytes: Buffer): number => bytes.reduce((lines, byte) => lines + (byte === NEWLINE ? 1 : 0), 0)

/** A file that only its owner reads, appended to. Renamed or removed, it is made anew under its name. */
function fileSink(path: string): Sink {
  let handle: FileHandle | undefined
  let place = ''
  /** True when the file does not end with a whole line: what was torn stays, and is written again on a line of its own. */
  let torn = false

  const placeOf = async () =>
    stat(path).then(
      ({ dev, ino }) => `${dev}:${ino}`,
      () => '',
    )

  async function endsTorn(): Promise<boolean> {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const last = Buffer.alloc(1)
      return size > 0 && (await file.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] !== NEWLINE
    } finally {
      await file.close()
    }
  }

  async function current(): Promise<FileHandle> {
    if (handle !== undefined && place === (await placeOf())) return handle
    await handle?.close().catch(() => undefined)
    handle = undefined
    handle = await open(path, 'a', 0o600)
    torn = (await handle.stat()).isFile() && (await endsTorn())
    place = await placeOf()
    return handle
  }

  return {
    async write(lines) {
      const file = await current()
      const bytes = Buffer.from(`${torn ? '\n' : ''}${lines.join('\n')}\n`)
      const { bytesWritten } = await file.write(bytes)
      if (bytesWritten === 0) return 0
      const there =
        bytesWritten === bytes.length ? lines.length : whole(bytes.subarray(0, bytesWritten)) - (torn ? 1 : 0)
      torn = bytes[bytesWritten - 1] !== NEWLINE
      return there
    },
    async close() {
      await handle?.sync().catch(() => undefined)
      await handle?.close()
    },
  }
}

const stdoutSink = (): Sink => ({
  write: (lines) =>
    new Promise((resolve, reject) =>
      process.stdout.write(`${lines.join('\n')}\n`, (error) => (error ? reject(error) : resolve(lines.length))),
    ),
  close: () => Promise.resolve(),
})

/** A Redis stream, capped by nothing; a batch is entered as a whole or not at all. */
function streamSink(address: RedisAddress, stream: string): Sink {
  const redis = openRedis(address)
  return {
    async write(lines) {
      await connected(redis)
      const batch = redis.multi()
      for (const line of lines) batch.xadd(stream, '*', 'entry', line)
      const answers = await batch.exec()
      if (answers === null || answers.some(([error]) => error !== null)) throw new Error('not entered')
      return lines.length
    },
    close: async () => redis.disconnect(),
  }
}

/** The sink that `AUDIT_LOG` names. */
export function openSink({ audit, redis }: AuditConfig): Sink {
  if ('stream' in audit) return streamSink(redis!, audit.stream)
  return 'file' in audit ? fileSink(audit.file) : stdoutSink()
}
