import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { listContract } from '../../http/list-contract.js'
import { Instant, Optional, OptionalText } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: KYC checks, documents, media and statuses.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=KYC
 */

const record = {
  bank_id: Type.String(),
  customer_id: Type.String(),
  id: Type.String({ minLength: 1 }),
  customer_number: OptionalText,
}

const Check = Type.Object({
  ...record,
  date: OptionalText,
  how: OptionalText,
  staff_user_id: OptionalText,
  staff_name: OptionalText,
  satisfied: Type.Boolean(),
  comments: OptionalText,
})

const Document = Type.Object({
  ...record,
  type: OptionalText,
  number: OptionalText,
  issue_date: OptionalText,
  issue_place: OptionalText,
  // An unreadable date must not pass as a document without expiry.
  expiry_date: Optional(Instant),
})

const Media = Type.Object({
  ...record,
  type: OptionalText,
  url: OptionalText,
  date: OptionalText,
  relates_to_kyc_document_id: OptionalText,
  relates_to_kyc_check_id: OptionalText,
})

// It names neither an id nor the bank.
const Status = Type.Object({
  customer_id: Type.String(),
  customer_number: OptionalText,
  ok: Type.Boolean(),
  date: OptionalText,
})

export const answers = {
  check: contract(Check),
  checks: listContract('checks', Check),
  document: contract(Document),
  documents: listContract('documents', Document),
  media: contract(Media),
  medias: listContract('medias', Media),
  status: contract(Status),
  statuses: listContract('statuses', Status),
}

export type ObpKycCheck = Static<typeof Check>
export type ObpKycDocument = Static<typeof Document>
export type ObpKycMedia = Static<typeof Media>
export type ObpKycStatus = Static<typeof Status>

// Dates in UTC without milliseconds; null stands for an unknown value.

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
