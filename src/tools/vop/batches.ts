import { createHash, createHmac } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { MAX_JOB_ROWS } from '../../../schema/account-verification-limits.js'
import type { Payee } from './payees.js'

/** Rows that are one job. Rows without an account are not sent. */
export interface Batch {
  readonly number: number
  readonly rows: readonly Payee[]
}

/** The rows in batches of the size of a job; the same file has the same batches each time. */
export async function* batchesOf(rows: AsyncIterable<Payee>): AsyncGenerator<Batch> {
  let number = 0
  let batch: Payee[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < MAX_JOB_ROWS) continue
    yield { number, rows: batch }
    number += 1
    batch = []
  }
  if (batch.length > 0) yield { number, rows: batch }
}

const HASH_LENGTH = 22

/** The hash of a row, with the run's id as its key: equal rows of two runs have different hashes. */
export const hashOfRow = (run: string, { cells }: Payee): string =>
  createHmac('sha256', run).update(JSON.stringify(cells)).digest('base64url').slice(0, HASH_LENGTH)

/** The hash of a file, with the run's id as its key. */
export async function hashOfFile(run: string, file: string): Promise<string> {
  const hash = createHash('sha256').update(run)
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('base64url')
}
