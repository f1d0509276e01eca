import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/client.js'
import { Text } from '../codecs.js'

/**
 * Open Bank Project v4.0.0: KYC checks, documents, media and statuses.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=KYC
 */

const record = {
  bank_id: Type.String(),
  customer_id: Type.String(),
  id: Type.String({ minLength: 1 }),
  customer_number: Text,
}

const Check = Type.Object({
  ...record,
  date: Text,
  how: Text,
  staff_user_id: Text,
  staff_name: Text,
  satisfied: Type.Boolean(),
  comments: Text,
})

const Document = Type.Object({
  ...record,
  type: Text,
  number: Text,
  issue_date: Text,
  issue_place: Text,
  // What cannot be read must not pass for a document that never expires.
  expiry_date: Type.Optional(
    Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$' }), Type.Null()]),
  ),
})

const Media = Type.Object({
  ...record,
  type: Text,
  url: Text,
  date: Text,
  relates_to_kyc_document_id: Text,
  relates_to_kyc_check_id: Text,
})

// Without an id, and without the bank that it is of.
const Status = Type.Object({
  customer_id: Type.String(),
  customer_number: Text,
  ok: Type.Boolean(),
  date: Text,
})

export const answers = {
  check: contract(Check),
  checks: contract(Type.Object({ checks: Type.Array(Check) })),
  document: contract(Document),
  documents: contract(Type.Object({ documents: Type.Array(Document) })),
  media: contract(Media),
  medias: contract(Type.Object({ medias: Type.Array(Media) })),
  status: contract(Status),
  statuses: contract(Type.Object({ statuses: Type.Array(Status) })),
}

export type ObpKycCheck = Static<typeof Check>
export type ObpKycDocument = Static<typeof Document>
export type ObpKycMedia = Static<typeof Media>
export type ObpKycStatus = Static<typeof Status>

// Dates in UTC without milliseconds; null stands for what is not known.

export interface CheckBody {
  customer_number: string
  date: string | null
  how: string | null
  staff_user_id: string
  staff_name: string
  satisfied: boolean
  comments: string
}

export interface DocumentBody {
  customer_number: string
  type: string | null
  number: string | null
  issue_date: string
  issue_place: string
  expiry_date: string
}

export interface MediaBody {
  customer_number: string
  type: string | null
  url: string | null
  date: string | null
  relates_to_kyc_document_id: string
  relates_to_kyc_check_id: string
}

export interface StatusBody {
  customer_number: string
  ok: boolean
  date: string
}
