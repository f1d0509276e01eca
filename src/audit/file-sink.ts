import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Fsync } from './audit-settings.js'
import type { Sink } from './sink.js'

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

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
const FILE_MODE = 0o600
const FSYNC_INTERVAL_MS = 1_000
/** Permissions of others than the owner. */
const OTHERS = 0o077
const OTHERS_MAY_WRITE = 0o022
const STICKY = 0o1000

/**
 * What is told of a file: `MODE_NARROWED` others could read it and cannot any more, `MODE_TOO_WIDE` the same where the
 * mode cannot be set, `DIRECTORY_WRITABLE` others may replace it.
 */
export const FILE_NOTICES = ['MODE_NARROWED', 'MODE_TOO_WIDE', 'DIRECTORY_WRITABLE'] as const
export type FileNotice = (typeof FILE_NOTICES)[number]

interface FileOptions {
  readonly fsync: Fsync
  readonly notice: (what: FileNotice) => void
}

/** Gives an existing file its mode, and looks at its directory. */
async function secure(file: FileHandle, path: string, notice: FileOptions['notice']): Promise<void> {
  const { mode } = await file.stat()
  if ((mode & OTHERS) !== 0)
    notice(
      await file.chmod(FILE_MODE).then(
        () => 'MODE_NARROWED' as const,
        () => 'MODE_TOO_WIDE' as const,
      ),
    )
  const { mode: directory } = await stat(dirname(path))
  if ((directory & OTHERS_MAY_WRITE) !== 0 && (directory & STICKY) === 0) notice('DIRECTORY_WRITABLE')
}

/** Forces what was written to the disk at an interval. */
class IntervalSync {
  #timer: NodeJS.Timeout | undefined

  /** Told after each write. */
  later(file: FileHandle): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void file.datasync().catch(() => undefined)
    }, FSYNC_INTERVAL_MS).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

/**
 * File sink: appends to a file with mode 0600, never through a symbolic link. After log rotation (rename or removal) it
 * creates the file again.
 */
export function fileSink(path: string, { fsync, notice }: FileOptions): Sink {
  const interval = new IntervalSync()
  let handle: FileHandle | undefined
  let fileId = ''
  /** True after a partial write: the fragment stays in the file, and its entry is written again on a new line. */
  let isPartial = false
  /** False of a pipe or a device, which nothing can be forced to. */
  let isFile = false

  /** Closes the file; its lines are on the disk then, unless that is left to the system. */
  async function release(): Promise<void> {
    const file = handle
    handle = undefined
    if (fsync !== 'off') await file?.datasync().catch(() => undefined)
    await file?.close().catch(() => undefined)
  }

  async function currentFile(): Promise<FileHandle> {
    if (handle !== undefined && fileId === (await fileIdOf(path))) return handle
    await release()
    handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, FILE_MODE)
    isFile = (await handle.stat()).isFile()
    if (isFile) await secure(handle, path, notice)
    isPartial = isFile && (await endsWithPartialLine(path))
    fileId = await fileIdOf(path)
    return handle
  }

  return {
    async write(lines) {
      const file = await currentFile()
      const bytes = Buffer.from(`${isPartial ? '\n' : ''}${lines.join('\n')}\n`)
      const { bytesWritten } = await file.write(bytes)
      if (bytesWritten === 0) return 0
      // Where it fails nothing counts as written, and all lines are written again.
      if (fsync === 'write' && isFile) await file.datasync()
      if (fsync === 'interval' && isFile) interval.later(file)
      const written =
        bytesWritten === bytes.length ? lines.length : countLines(bytes.subarray(0, bytesWritten)) - (isPartial ? 1 : 0)
      isPartial = bytes[bytesWritten - 1] !== NEWLINE
      return written
    },
    async close() {
      interval.close()
      await handle?.sync().catch(() => undefined)
      await release()
    },
  }
}
