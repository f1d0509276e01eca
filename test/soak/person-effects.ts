import type { Exchange } from '../../datasources/emulator/run.js'
import { marks } from './marks.js'

type Row = Readonly<Record<string, any>>

/** What a write to the records of a person carried out: an effect by its mark, and what it made. */
export interface Carried {
  readonly mark: string
  readonly effect: string
  readonly made?: { readonly kind: string; readonly id: string; readonly row: Row }
  /** The status that the person has since. */
  readonly status?: { readonly personId: string; readonly verificationStatus: string }
}

type Reader = (sent: Row, row: Row, id: string, key: string) => Carried

/** By method and path, without an id at its end. */
const READERS: Readonly<Record<string, Reader>> = {
  'POST /v0/disclosures': (sent, row) => ({ mark: sent['disclosure_date'], effect: row['id'] }),
  'POST /v0/verifications': (sent, row) => ({
    mark: sent['verification_time'],
    effect: row['id'],
    status: { personId: sent['person_id'], verificationStatus: sent['result'] },
  }),
  'POST /v0/verifications/docv_session': (sent, row) => ({
    mark: marks.session(sent['person_id']),
    effect: row['session_token'],
    made: { kind: 'secret', id: row['session_token'], row },
  }),
  'POST /v0/monitoring/subscriptions': (sent, row) => ({
    mark: marks.monitoring(sent['person_id']),
    effect: row['id'],
    made: { kind: 'subscription', id: row['id'], row },
  }),
  'DELETE /v0/monitoring/subscriptions': (_sent, _row, id) => ({ mark: marks.end(id), effect: id }),
  'POST /v0/persons/personal_ids': (sent, row) => ({
    mark: sent['identifier'],
    effect: row['id'],
    made: { kind: 'personal id', id: row['id'], row: { personId: sent['customer_id'] } },
  }),
  // What was kept under a key is answered again word for word.
  'PATCH /v0/persons/personal_ids': (sent, row, _id, key) => ({
    mark: sent['identifier'],
    effect: `${key} ${JSON.stringify(row)}`,
  }),
  'DELETE /v0/persons/personal_ids': (_sent, _row, id) => ({ mark: marks.deletion(id), effect: id }),
}

/** What an exchange carried out of these writes; undefined for any other. */
export function carriedOut({ method, url, headers, body, answer }: Exchange): Carried | undefined {
  const path = url.split('?', 1)[0]!
  const id = path.split('/').at(-1)!
  const reader = READERS[`${method} ${method === 'POST' ? path : path.slice(0, -id.length - 1)}`]
  return reader?.((body ?? {}) as Row, JSON.parse(answer) as Row, id, String(headers['idempotency-key']))
}
