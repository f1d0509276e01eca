import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { PayeeCheckAccessDocument } from '../../../schema/operations/index.js'
import { type VopArguments, UsageError } from './arguments.js'
import { Asking } from './asking.js'
import { type Batch, batchesOf, hashOfFile, hashOfRow } from './batches.js'
import { GraphClient, Stopped } from './client.js'
import { Journal } from './journal.js'
import { type Payee, PayeeFile } from './payees.js'
import { Progress, type ProgressOutput } from './progress.js'
import { cellsOf, type Outcome, OUTCOME_COLUMNS, ResultsFile } from './results.js'

/** The input file is not the one that the run began with. */
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

/** The results must be those of the journal: nothing else is written over, and nothing may be missing. */
function assertResults(out: string, journal: Journal): void {
  const size = statSync(out, { throwIfNoEntry: false })?.size
  if (journal.run === undefined && size !== undefined)
    throw new UsageError('The results file exists and has no journal; give another --out.')
  if ((size ?? 0) < journal.bytes)
    throw new UsageError('The results file is shorter than the journal says; restore it, or give another --out.')
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
    private readonly width: number,
  ) {
    this.unanswered = [...journal.ended.values()].reduce((sum, { unanswered }) => sum + unanswered, 0)
  }

  async write({ batch, outcomes }: Running): Promise<void> {
    const found = await outcomes
    const bytes = this.results.append(batch.rows.map((row, i) => [...this.#cells(row), ...cellsOf(found[i]!)]))
    const unanswered = found.filter(({ code }) => code !== '').length
    this.journal.append({ kind: 'ended', batch: batch.number, bytes, rows: found.length, unanswered })
    this.unanswered += unanswered
    this.progress.add(found.length)
  }

  /** As many cells as the header has, also of a bad row. */
  #cells({ cells }: Payee): string[] {
    return Array.from({ length: this.width }, (_, i) => cells[i] ?? '')
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

/** Checks the payees of a file, from where an earlier run stopped. */
export async function runFile(options: VopArguments, output: ProgressOutput): Promise<RunReport> {
  const { file, out, delimiter, types, skipsBadRows, url, token } = options
  const payees = new PayeeFile(file, delimiter, types.includes('NAME'))
  const header = await payees.header()
  const total = await checkedRows(payees, skipsBadRows)
  const journal = new Journal(`${out}.journal`)
  try {
    assertResults(out, journal)
    const run = await runOf(options, payees, journal)
    const resumed = [...journal.ended.values()].reduce((sum, { rows }) => sum + rows, 0)
    const progress = new Progress(total, resumed, output)
    const onWait = (reason: string, seconds: number) =>
      progress.note(`The server answers ${reason}; waiting ${Math.ceil(seconds)} s.`)
    const client = new GraphClient({ url, token, onWait })
    const asking = new Asking({ ...options, client, journal, run, seesNames: await access(client) })
    const results = new ResultsFile(out, journal.bytes, delimiter)
    try {
      if (journal.bytes === 0) results.append([[...header, ...OUTCOME_COLUMNS]])
      const writing = new Writing(journal, results, progress, header.length)
      return { rows: total, unanswered: await askAll(payees, asking, writing, options, journal) }
    } finally {
      results.close()
      progress.end()
    }
  } finally {
    journal.close()
  }
}
