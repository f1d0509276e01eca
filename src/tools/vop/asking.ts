import { setTimeout as delay } from 'node:timers/promises'
import {
  type AccountToVerifyInput,
  CheckPayeesDocument,
  PayeeChecksDocument,
  PayeeJobDocument,
} from '../../../schema/operations/index.js'
import { MAX_JOB_ROWS } from '../../../schema/account-verification-limits.js'
import type { VopArguments } from './arguments.js'
import { type Batch, hashOfRow } from './batches.js'
import { type GraphClient, Refused, Stopped } from './client.js'
import type { BegunRecord, Journal } from './journal.js'
import type { Payee } from './payees.js'
import { type Outcome, outcomeOf, unanswered } from './results.js'

/** A batch whose key is older is not sent again: servers keep keys for a day at least. */
const MAX_KEY_AGE_MS = 23 * 3600_000
const MIN_WAIT_MS = 100
const MAX_WAIT_MS = 30_000

interface AskingOptions extends Pick<VopArguments, 'types' | 'maxAgeSeconds' | 'givesUp'> {
  readonly client: GraphClient
  readonly journal: Journal
  readonly run: string
  readonly seesNames: boolean
}

type SentRow = Payee & { readonly account: AccountToVerifyInput }
const isSent = (row: Payee): row is SentRow => row.account !== undefined
const referenceOf = ({ line }: Payee): string => `line-${line}`

const UNKNOWN_JOB = unanswered('OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN', 'The server does not know the job any more.')
const badRow = ({ problems }: Payee): Outcome => unanswered('NOT_ASKED', 'BAD_ROW', problems.join('; '))

/** Sends batches, and waits for their outcomes. */
export class Asking {
  constructor(private readonly options: AskingOptions) {}

  /** The outcomes of a batch, in the order of its rows. */
  async outcomesOf(batch: Batch): Promise<readonly Outcome[]> {
    const sent = batch.rows.filter(isSent)
    const found = sent.length === 0 ? new Map<string, Outcome>() : await this.#ask(batch, sent)
    return batch.rows.map((row) => (isSent(row) ? (found.get(referenceOf(row)) ?? UNKNOWN_JOB) : badRow(row)))
  }

  async #ask(batch: Batch, rows: readonly SentRow[]): Promise<ReadonlyMap<string, Outcome>> {
    const jobId = this.options.journal.jobs.get(batch.number)?.jobId ?? (await this.#begin(batch, rows))
    if (jobId === undefined) return this.#giveUp(rows)
    if (!(await this.#untilOver(jobId))) return this.#giveUp(rows)
    const { client, seesNames } = this.options
    const { accountVerifications: job } = await client.run(PayeeChecksDocument, { jobId, first: MAX_JOB_ROWS })
    const nodes = job?.results?.nodes ?? []
    return new Map(nodes.map((node) => [node.clientReference ?? '', outcomeOf(node, seesNames)]))
  }

  /** Begins the job of a batch, or finds the one that has begun; undefined where its key may have expired. */
  async #begin({ number, rows: all }: Batch, rows: readonly SentRow[]): Promise<string | undefined> {
    const { client, journal, run, types, maxAgeSeconds } = this.options
    const known = journal.begun.get(number)
    if (known && Date.now() - known.at > MAX_KEY_AGE_MS) return undefined
    const begun: BegunRecord = known ?? {
      kind: 'begun',
      batch: number,
      key: `vop-${run}-${number}`,
      rows: all.map((row) => hashOfRow(run, row)),
      at: Date.now(),
    }
    if (!known) journal.append(begun)
    const input = {
      idempotencyKey: begun.key,
      types: [...types],
      maxAgeSeconds,
      accounts: rows.map((row) => ({ clientReference: referenceOf(row), account: row.account })),
    }
    const { verifyAccounts } = await client.run(CheckPayeesDocument, { input }).catch((error: unknown) => {
      throw error instanceof Refused ? refusedLines(error, rows) : error
    })
    if (!verifyAccounts) throw new Stopped('The server answers nothing.')
    const jobId = verifyAccounts.job.id
    journal.append({ kind: 'job', batch: number, jobId })
    return jobId
  }

  /** Waits until a job is over; false where the server does not know it. */
  async #untilOver(jobId: string): Promise<boolean> {
    for (;;) {
      const { accountVerifications: job } = await this.options.client.run(PayeeJobDocument, { jobId })
      if (!job) return false
      if (job.state === 'COMPLETED') return true
      const ms = Date.parse(job.nextPollAt ?? '') - Date.now() || MIN_WAIT_MS
      await delay(Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, ms)))
    }
  }

  #giveUp([first, ...others]: readonly SentRow[]): ReadonlyMap<string, Outcome> {
    if (this.options.givesUp) return new Map()
    const last = others.at(-1) ?? first
    throw new Stopped(
      `The server does not know the job of lines ${first!.line} to ${last!.line}. Use the token of the client that began it; or end them as OUTCOME_UNKNOWN with --give-up.`,
    )
  }
}

/** The lines that the server refuses, with its rules and no value. */
function refusedLines({ fields }: Refused, rows: readonly SentRow[]): Stopped {
  const lines = Object.entries(fields).map(([path, rules]) => {
    const [, index, member = ''] = /accounts\[(\d+)\]\.?(.*)$/.exec(path) ?? []
    const row = index === undefined ? undefined : rows[Number(index)]
    return `${row ? `line ${row.line}: ${member}` : path} ${rules.join(', ')}`
  })
  return new Stopped(`The server refuses rows, and has asked none of their batch:\n${lines.join('\n')}`)
}
