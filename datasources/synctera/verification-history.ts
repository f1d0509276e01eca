import type {
  PersonVerificationFilter,
  RecordPersonVerificationInput,
  VerificationDetailInput,
} from '../../schema/verification-history.js'
import { contract } from '../http/call.js'
import { omitNullish } from '../support/mapping.js'
import { type SyncteraVerification, Verification } from './contract.js'

/** Single verifications of Synctera v0. Reference: https://docs.synctera.com/reference/getverification, /createverification */
export const verificationAnswer = contract(Verification)

/** The query parameters of the verifications of a person. */
export interface VerificationQuery {
  readonly person_id: string
  readonly verification_type?: string
  readonly result?: string
  readonly include_history: true
}

/** The body of a request that records the outcome of a check that another vendor made. */
export interface RecordedVerification {
  person_id: string
  verification_type: string
  result: string
  verification_time: string
  details?: object[]
  vendor_info?: { vendor: string; content_type: 'application/json'; json: Record<string, never> }
}

export const historyQuery = (
  personId: string,
  filter: PersonVerificationFilter | null | undefined,
): VerificationQuery => ({
  person_id: personId,
  ...omitNullish({ verification_type: filter?.types?.join(','), result: filter?.outcomes?.join(',') }),
  include_history: true,
})

const detailBody = (detail: VerificationDetailInput) =>
  omitNullish({
    category: detail.category,
    result: detail.result,
    description: detail.description,
    score: detail.score,
    vendor_code: detail.vendorCode,
  })

export const recordedBody = (input: RecordPersonVerificationInput): RecordedVerification =>
  omitNullish({
    person_id: input.personId,
    verification_type: input.type,
    result: input.result,
    verification_time: input.verifiedAt,
    details: input.details?.map(detailBody),
    // The specification requires the vendor's own answer beside its name; the graph sends none.
    vendor_info:
      input.vendor == null ? undefined : { vendor: input.vendor, content_type: 'application/json' as const, json: {} },
  })

const second = (time: string): number => Math.floor(Date.parse(time) / 1000)

/** True of a verification of the kind, the outcome and the time that were sent. */
export const isRecorded = (row: SyncteraVerification, sent: RecordedVerification): boolean =>
  row.verification_type === sent.verification_type &&
  row.result === sent.result &&
  second(row.verification_time) === second(sent.verification_time)
