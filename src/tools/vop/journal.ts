import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { UsageError } from './arguments.js'

/** The first record: what the run is about. */
export interface RunRecord {
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
export interface JobRecord {
  readonly kind: 'job'
  readonly batch: number
  readonly jobId: string
}

/** The results of the batch are written: the results file has this length. */
export interface EndedRecord {
  readonly kind: 'ended'
  readonly batch: number
  readonly bytes: number
  readonly rows: number
  /** Rows without an answer. */
  readonly unanswered: number
}

type JournalRecord = RunRecord | BegunRecord | JobRecord | EndedRecord

/** The records of an earlier run. A last line that is not whole was being written when the process ended. */
function recordsOf(text: string): readonly JournalRecord[] {
  const lines = text.split('\n').slice(0, -1)
  try {
    return lines.map((line) => JSON.parse(line) as JournalRecord)
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

  constructor(path: string) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    for (const record of recordsOf(text)) this.#remember(record)
    this.#file = openSync(path, 'a', 0o600)
    ftruncateSync(this.#file, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))
  }

  /** The length of the results file as of the last batch that has ended. */
  get bytes(): number {
    return Math.max(0, ...[...this.ended.values()].map(({ bytes }) => bytes))
  }

  append(record: JournalRecord): void {
    writeSync(this.#file, `${JSON.stringify(record)}\n`)
    fsyncSync(this.#file)
    this.#remember(record)
  }

  close(): void {
    closeSync(this.#file)
  }

  #remember(record: JournalRecord): void {
    if (record.kind === 'run') this.run = record
    else if (record.kind === 'begun') this.begun.set(record.batch, record)
    else if (record.kind === 'job') this.jobs.set(record.batch, record)
    else this.ended.set(record.batch, record)
  }
}
