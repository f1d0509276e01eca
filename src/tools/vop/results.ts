import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, readFileSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import type { PayeeChecksQuery } from '../../../schema/operations/index.js'
import { openForAppending, writeThrough } from './disk.js'

type Job = NonNullable<PayeeChecksQuery['accountVerifications']>
/** A row of a job, as the server answers it. */
type CheckedRow = NonNullable<Job['results']>['nodes'][number]

/** What the results say of a row. */
export interface Outcome {
  readonly outcome: string
  readonly reason: string
  readonly suggestedName: string
  readonly code: string
}

export const OUTCOME_COLUMNS = ['vop_outcome', 'vop_reason', 'vop_suggested_name', 'vop_code']

/** The positions of the columns that are copied: all but the outcomes of an earlier run. */
export const copiedColumns = (header: readonly string[]): readonly number[] =>
  header.flatMap((title, i) => (OUTCOME_COLUMNS.includes(title.trim()) ? [] : [i]))

/** A row without an answer. */
export const unanswered = (outcome: string, code: string, reason: string): Outcome => ({
  outcome,
  reason,
  suggestedName: '',
  code,
})

/** The outcome of a row: the comparison of the name, else the status of the account. A masked name is no suggestion. */
export function outcomeOf({ state, result, error }: CheckedRow, seesNames: boolean): Outcome {
  if (error || state !== 'COMPLETED' || !result?.account) {
    const code = error?.code ?? 'OUTCOME_UNKNOWN'
    return unanswered(code === 'OUTCOME_UNKNOWN' ? code : 'FAILED', code, error?.message ?? 'There is no answer.')
  }
  const { status, nameCheckStatus, nameCheckStatusRaw, respondedName } = result.account
  const name = nameCheckStatus ?? (nameCheckStatusRaw === null ? undefined : 'UNKNOWN_WORD')
  const reasons = [...(status && status !== 'ACTIVE' ? [status] : []), ...(result.responder?.responseCodes ?? [])]
  return {
    outcome: name ?? status ?? 'UNKNOWN_WORD',
    reason: reasons.join(' '),
    suggestedName: seesNames ? (respondedName ?? '') : '',
    code: '',
  }
}

/** The first bytes of a results file, and their hash with the run's id as its key. */
export class WrittenResults {
  readonly #hash

  constructor(
    run: string,
    readonly beginning = Buffer.alloc(0),
  ) {
    this.#hash = createHash('sha256').update(run).update(beginning)
  }

  static read(run: string, path: string, bytes: number): WrittenResults {
    return new WrittenResults(run, readFileSync(path).subarray(0, bytes))
  }

  add(text: string): void {
    this.#hash.update(text)
  }

  get hash(): string {
    return this.#hash.copy().digest('base64url')
  }
}

/** The results file: input columns and outcomes, in the order of the input. */
export class ResultsFile {
  readonly #file: number
  #bytes: number

  /** Cuts off what was written of a batch that had not ended. */
  constructor(
    path: string,
    private readonly written: WrittenResults,
    private readonly delimiter: string,
  ) {
    this.#file = openForAppending(path)
    this.#bytes = written.beginning.length
    ftruncateSync(this.#file, this.#bytes)
  }

  /**
   * Appends rows, the first behind a byte order mark where that is wanted; they are on the disk when it returns. Answers the
   * length and the hash of the file.
   */
  append(rows: readonly (readonly string[])[], bom = false): { readonly bytes: number; readonly results: string } {
    // Spreadsheets run cells that begin with = + - @ as formulas.
    const text = stringify(rows as string[][], { bom, delimiter: this.delimiter, escape_formulas: true })
    this.#bytes += writeThrough(this.#file, text)
    this.written.add(text)
    return { bytes: this.#bytes, results: this.written.hash }
  }

  close(): void {
    closeSync(this.#file)
  }
}

export const cellsOf = ({ outcome, reason, suggestedName, code }: Outcome): string[] => [
  outcome,
  reason,
  suggestedName,
  code,
]
