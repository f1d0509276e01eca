import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exchange } from '../../../datasources/emulator/run.js'

/** An exchange as it is recorded, one JSON text a line. */
export type RecordedExchange = Exchange

/** Request headers that a recording keeps; it holds no credential. */
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'challenge',
  'content-type',
  'idempotency-key',
  'institution-id',
  'transaction-xref-id',
  'user-agent',
])

/** The file of one process, so that two never write to one. */
const fileOf = (folder: string, provider: string): string => join(folder, `${provider}-${process.pid}.jsonl`)

/** Appends an exchange to the recording in this folder. */
export function record(folder: string, provider: string, exchange: Exchange): void {
  const headers = Object.fromEntries(Object.entries(exchange.headers).filter(([name]) => KEPT_HEADERS.has(name)))
  appendFileSync(fileOf(folder, provider), `${JSON.stringify({ ...exchange, headers })}\n`)
}

/** The recorded exchanges with a provider. */
export function* readRecording(folder: string, provider: string): Generator<RecordedExchange> {
  for (const file of readdirSync(folder).sort()) {
    if (!file.startsWith(`${provider}-`) || !file.endsWith('.jsonl')) continue
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n'))
      if (line !== '') yield JSON.parse(line) as RecordedExchange
  }
}
