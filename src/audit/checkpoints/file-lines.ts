import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const BLOCK_BYTES = 1_048_576
/** A longer line is no checkpoint. */
const MAX_LINE_BYTES = 16_777_216
const { O_NOFOLLOW, O_RDONLY } = constants

const TIMES = /\{"checkpoint":"[\w-]{36}","n":\d+,"at":"([^"]{1,40})"/g

/** Where to begin to have all lines since a time: blocks are read backwards, up to one whose lines are all older. */
async function beginningOf(file: FileHandle, since: string): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES)
  for (let end = (await file.stat()).size; end > 0; end -= BLOCK_BYTES) {
    const start = Math.max(0, end - BLOCK_BYTES)
    const { bytesRead } = await file.read(block, 0, end - start, start)
    const times = [...block.toString('latin1', 0, bytesRead).matchAll(TIMES)].map(([, at]) => at!)
    if (times.length > 0 && times.every((at) => at < since)) return start
  }
  return 0
}

/** The lines of a file of checkpoints since a time, and some from before it; none where there is no file. */
export async function* linesSince(path: string, time: number): AsyncGenerator<string> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW).catch(() => undefined)
  if (file === undefined) return
  try {
    const start = await beginningOf(file, new Date(time).toISOString())
    let rest: Buffer[] = []
    let length = 0
    for await (const chunk of file.createReadStream({ start, autoClose: false, highWaterMark: 65_536 })) {
      let bytes = chunk as Buffer
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10)) {
        if (length + at <= MAX_LINE_BYTES) yield Buffer.concat([...rest, bytes.subarray(0, at)]).toString('utf8')
        rest = []
        length = 0
        bytes = bytes.subarray(at + 1)
      }
      length += bytes.length
      if (length > MAX_LINE_BYTES) rest = []
      else if (bytes.length > 0) rest.push(bytes)
    }
    if (length > 0 && length <= MAX_LINE_BYTES) yield Buffer.concat(rest).toString('utf8')
  } finally {
    await file.close()
  }
}
