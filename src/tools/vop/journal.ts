import { closeSync, existsSync, ftruncateSync, readFileSync } from 'node:fs'
import { UsageError } from './arguments.js'
import { Stopped } from './client.js'
import { openForAppending, writeThrough } from './disk.js'

/** The first record: what the run is about. */
interface RunRecord {
  readonly kind: 'run'
  readonly version: 1
  /** A random id: a part of every idempotency key, and the key of the hashes. */
  readonly run: string
  /** Keyed hash of the whole file. */
  readonly file: string
  readonly types: readonly string[]
  readonly maxAgeSeconds: number
}

/** A batch of rows, from before it is sent. */
export interface BegunRecord {
  readonly kind: 'begun'
  readonly batch: number
  readonly key: string
  /** Keyed hashes of its rows. */
  readonly rows: readonly string[]
  /** In ms since 1970. */
  readonly at: number
}

/** The server has accepted the batch. */
interface JobRecord {
  readonly kind: 'job'
  readonly batch: number
  readonly jobId: string
}

/** The results of the batch are written: the results file has this length. */
interface EndedRecord {
  readonly kind: 'ended'
  readonly batch: number
  readonly bytes: number
  /** Keyed hash of the results file up to there. */
  readonly results: string
  readonly rows: number
  /** Rows without an answer. */
  readonly unanswered: number
}

type JournalRecord = RunRecord | BegunRecord | JobRecord | EndedRecord

const KINDS: readonly unknown[] = ['run', 'begun', 'job', 'ended'] satisfies JournalRecord['kind'][]

function recordOf(line: string): JournalRecord {
  const record = JSON.parse(line) as JournalRecord | null
  if (!KINDS.includes(record?.kind)) throw new Error('no record')
  return record!
}

/** The records of an earlier run. A last line that is not whole was being written when the process ended. */
function recordsOf(text: string): readonly JournalRecord[] {
  try {
    const records = text.split('\n').slice(0, -1).map(recordOf)
    if (records.length > 0 && records[0]!.kind !== 'run') throw new Error('no beginning')
    return records
  } catch {
    throw new UsageError('The journal beside the results is damaged; restore it, or begin anew with another --out.')
  }
}

/** The journal of a run: each record is on the disk before the step that it announces begins. */
export class Journal {
  readonly begun = new Map<number, BegunRecord>()
  readonly jobs = new Map<number, JobRecord>()
  readonly ended = new Map<number, EndedRecord>()
  run: RunRecord | undefined
  readonly #file: number
  /** Why no further record is taken. */
  #end: Stopped | undefined

  constructor(path: string) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    for (const record of recordsOf(text)) this.#remember(record)
    this.#file = openForAppending(path)
    ftruncateSync(this.#file, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))
  }

  /** The last batch that has ended; undefined where none has. */
  get lastEnded(): EndedRecord | undefined {
    return [...this.ended.values()].at(-1)
  }

  /** Rows of batches that have ended. */
  get rows(): number {
    return [...this.ended.values()].reduce((sum, { rows }) => sum + rows, 0)
  }

  /**
   * Appends a record. After one that could not be written it takes no other: batches that are under way then would write
   * behind a line that is not whole, and no run could read that.
   */
  append(record: JournalRecord): void {
    if (this.#end !== undefined) throw this.#end
    try {
      writeThrough(this.#file, `${JSON.stringify(record)}\n`)
    } catch (error) {
      this.#end = error as Stopped
      throw error
    }
    this.#remember(record)
  }

  close(): void {
    this.#end ??= new Stopped('The run has ended.')
    closeSync(this.#file)
  }

  #remember(record: JournalRecord): void {
    if (record.kind === 'run') this.run = record
    else if (record.kind === 'begun') this.begun.set(record.batch, record)
    else if (record.kind === 'job') this.jobs.set(record.batch, record)
    else this.ended.set(record.batch, record)
  }
}
