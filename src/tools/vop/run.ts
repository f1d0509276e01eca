import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { PayeeCheckAccessDocument } from '../../../schema/operations/index.js'
import { type VopArguments, UsageError } from './arguments.js'
import { Asking } from './asking.js'
import { type Batch, batchesOf, hashOfFile, hashOfRow } from './batches.js'
import { GraphClient, Stopped } from './client.js'
import { Journal } from './journal.js'
import { RunLock } from './lock.js'
import { type Payee, PayeeFile } from './payees.js'
import { Progress, type ProgressOutput } from './progress.js'
import { cellsOf, copiedColumns, type Outcome, OUTCOME_COLUMNS, ResultsFile, WrittenResults } from './results.js'

/** The input file is not the one that the run began with, or the results are not those that it wrote. */
export class ChangedFile extends Error {}

const MAX_NAMED_ROWS = 20

/** Reads the whole file before anything is asked; answers the number of rows. */
async function checkedRows(payees: PayeeFile, skipsBadRows: boolean): Promise<number> {
  const bad: string[] = []
  let count = 0
  let badCount = 0
  for await (const { line, problems } of payees.rows()) {
    count += 1
    if (problems.length === 0) continue
    badCount += 1
    if (bad.length < MAX_NAMED_ROWS) bad.push(`line ${line}: ${problems.join('; ')}`)
  }
  if (count === 0) throw new UsageError('The file has no rows.')
  if (badCount === 0 || skipsBadRows) return count
  const more = badCount > bad.length ? `\n… and ${badCount - bad.length} more` : ''
  throw new UsageError(`${bad.join('\n')}${more}\nNothing was asked. --skip-bad checks the other rows.`)
}

/** Names the first line that differs from what was asked; without one a row that was not asked yet differs. */
async function changedFile(payees: PayeeFile, journal: Journal, run: string): Promise<ChangedFile> {
  for await (const { number, rows } of batchesOf(payees.rows())) {
    const known = journal.begun.get(number)?.rows
    const changed = known && rows.find((row, i) => hashOfRow(run, row) !== known[i])
    if (changed)
      return new ChangedFile(`The file has changed since the run began: line ${changed.line} was asked as another row.`)
  }
  return new ChangedFile('The file has changed since the run began, in rows that were not asked yet.')
}

/** The id of the run: that of the journal where there is one, whose file and questions must be the same. */
async function runOf(options: VopArguments, payees: PayeeFile, journal: Journal): Promise<string> {
  const { file, types, maxAgeSeconds } = options
  const known = journal.run
  const run = known?.run ?? randomUUID()
  const hash = await hashOfFile(run, file)
  if (known === undefined) {
    journal.append({ kind: 'run', version: 1, run, file: hash, types, maxAgeSeconds })
    return run
  }
  if (known.file !== hash) throw await changedFile(payees, journal, run)
  if (known.types.join() !== types.join() || known.maxAgeSeconds !== maxAgeSeconds)
    throw new UsageError('The run began with other --types or another --max-age; give the same, or another --out.')
  return run
}

/** Whether the token may do this, and whether it shows names; asked before any bank is. */
async function access(client: GraphClient): Promise<boolean> {
  const { viewer } = await client.run(PayeeCheckAccessDocument, {})
  const has = (scope: string) => viewer?.scopes.some((given) => given === scope || given === `${scope}:own`)
  for (const scope of ['verifications:write', 'verifications:read'])
    if (!has(scope)) throw new Stopped(`The token needs the scope ${scope}, or ${scope}:own.`)
  return viewer?.seesPersonalData === true
}

/** The results so far, which must be those of the journal: nothing else is written over, and nothing may be missing. */
function writtenResults(out: string, journal: Journal, run: string, total: number): WrittenResults {
  const { lastEnded: last } = journal
  if (last === undefined) return new WrittenResults(run)
  const size = statSync(out, { throwIfNoEntry: false })?.size ?? 0
  // What is behind the last batch was being written when the process ended, unless there was no more to write.
  const isOfItsLength = journal.rows === total ? size === last.bytes : size >= last.bytes
  if (isOfItsLength) {
    const written = WrittenResults.read(run, out, last.bytes)
    if (written.hash === last.results) return written
  }
  throw new ChangedFile('The results file is not as this run wrote it; restore it, or give another --out.')
}

/** A results file without a journal is another's. */
function assertOwn(out: string, journal: Journal): void {
  if (journal.run === undefined && existsSync(out))
    throw new UsageError('The results file exists and has no journal; give another --out.')
}

interface Running {
  readonly batch: Batch
  readonly outcomes: Promise<readonly Outcome[]>
}

/** Writes the outcomes of batches, in the order of the file. */
class Writing {
  unanswered: number

  constructor(
    private readonly journal: Journal,
    private readonly results: ResultsFile,
    private readonly progress: Progress,
    private readonly columns: readonly number[],
  ) {
    this.unanswered = [...journal.ended.values()].reduce((sum, { unanswered }) => sum + unanswered, 0)
  }

  async write({ batch, outcomes }: Running): Promise<void> {
    const found = await outcomes
    const written = this.results.append(batch.rows.map((row, i) => [...this.#cells(row), ...cellsOf(found[i]!)]))
    const unanswered = found.filter(({ code }) => code !== '').length
    this.journal.append({ kind: 'ended', batch: batch.number, ...written, rows: found.length, unanswered })
    this.unanswered += unanswered
    this.progress.add(found.length)
  }

  /** The copied cells, as many as of the header, also of a bad row. */
  #cells({ cells }: Payee): string[] {
    return this.columns.map((i) => cells[i] ?? '')
  }
}

/** Asks the batches, several at a time, and writes them in order; answers the number of rows without an answer. */
async function askAll(payees: PayeeFile, asking: Asking, writing: Writing, options: VopArguments, journal: Journal) {
  const running: Running[] = []
  for await (const batch of batchesOf(payees.rows())) {
    if (journal.ended.has(batch.number)) continue
    if (running.length >= options.jobs) await writing.write(running.shift()!)
    const outcomes = asking.outcomesOf(batch)
    // Told when it is its turn.
    outcomes.catch(() => undefined)
    running.push({ batch, outcomes })
  }
  for (const one of running) await writing.write(one)
  return writing.unanswered
}

/** What a run has done. */
export interface RunReport {
  readonly rows: number
  readonly unanswered: number
}

/** A run under its lock. */
async function runLocked(options: VopArguments, output: ProgressOutput): Promise<RunReport> {
  const { file, out, delimiter, types, skipsBadRows, url, token } = options
  const payees = new PayeeFile(file, delimiter, types.includes('NAME'))
  const header = await payees.header()
  const total = await checkedRows(payees, skipsBadRows)
  const journal = new Journal(`${out}.journal`)
  try {
    assertOwn(out, journal)
    const run = await runOf(options, payees, journal)
    const written = writtenResults(out, journal, run, total)
    const progress = new Progress(total, journal.rows, output)
    const onWait = (reason: string, seconds: number) =>
      progress.note(`The server answers ${reason}; waiting ${Math.ceil(seconds)} s.`)
    const client = new GraphClient({ url, token, onWait })
    const asking = new Asking({ ...options, client, journal, run, seesNames: await access(client) })
    const results = new ResultsFile(out, written, delimiter)
    try {
      const columns = copiedColumns(header)
      if (written.beginning.length === 0)
        results.append([[...columns.map((i) => header[i]!), ...OUTCOME_COLUMNS]], payees.isMarked)
      const writing = new Writing(journal, results, progress, columns)
      return { rows: total, unanswered: await askAll(payees, asking, writing, options, journal) }
    } finally {
      results.close()
      progress.end()
    }
  } finally {
    journal.close()
  }
}

/** Checks the payees of a file, from where an earlier run stopped. One run at a time works on its results. */
export async function runFile(options: VopArguments, output: ProgressOutput): Promise<RunReport> {
  const lock = new RunLock(`${options.out}.lock`)
  try {
    return await runLocked(options, output)
  } finally {
    lock.release()
  }
}
