import type {
  AddKycCheckInput,
  AddKycDocumentInput,
  AddKycMediaInput,
  AddKycStatusInput,
  KycCheck,
  KycDocument,
  KycMedia,
  KycStatus,
} from '../../../schema/kyc.js'
import type { Drift } from '../../support/mapping.js'
import { instantOf, sameDate, toWireDate, toWireDateOrNull } from '../dates.js'
import { sameText, text } from '../texts.js'
import type {
  CheckBody,
  DocumentBody,
  MediaBody,
  ObpKycCheck,
  ObpKycDocument,
  ObpKycMedia,
  ObpKycStatus,
  StatusBody,
} from './contract.js'

// ---- from the provider's responses to the graph

// Shared members are repeated in each function: Node 20 makes a hidden class for every object that begins with a spread.

export const toCheck = (check: ObpKycCheck, drift: Drift): KycCheck => ({
  __typename: 'KycCheck',
  id: check.id,
  bankId: check.bank_id,
  customerId: check.customer_id,
  customerNumber: check.customer_number ?? '',
  date: instantOf(check.date, 'kyc_check.date', drift),
  how: text(check.how),
  staffUserId: text(check.staff_user_id),
  staffName: text(check.staff_name),
  satisfied: check.satisfied,
  comments: text(check.comments),
})

export const toDocument = (document: ObpKycDocument, drift: Drift): KycDocument => ({
  id: document.id,
  bankId: document.bank_id,
  customerId: document.customer_id,
  customerNumber: document.customer_number ?? '',
  type: text(document.type),
  number: text(document.number),
  issueDate: instantOf(document.issue_date, 'kyc_document.issue_date', drift),
  issuePlace: text(document.issue_place),
  expiryDate: instantOf(document.expiry_date, 'kyc_document.expiry_date', drift),
})

export const toMedia = (media: ObpKycMedia, drift: Drift): KycMedia => ({
  id: media.id,
  bankId: media.bank_id,
  customerId: media.customer_id,
  customerNumber: media.customer_number ?? '',
  type: text(media.type),
  url: text(media.url),
  date: instantOf(media.date, 'kyc_media.date', drift),
  relatesToKycDocumentId: text(media.relates_to_kyc_document_id),
  relatesToKycCheckId: text(media.relates_to_kyc_check_id),
})

export const toStatus = (status: ObpKycStatus, drift: Drift): KycStatus => ({
  customerId: status.customer_id,
  customerNumber: status.customer_number ?? '',
  ok: status.ok,
  date: instantOf(status.date, 'kyc_status.date', drift),
})

// ---- from the graph's input to the provider's requests

export const checkBody = (input: AddKycCheckInput): CheckBody => ({
  customer_number: input.customerNumber,
  date: toWireDateOrNull(input.date),
  how: input.how ?? null,
  staff_user_id: input.staffUserId,
  staff_name: input.staffName,
  satisfied: input.satisfied,
  comments: input.comments,
})

export const documentBody = (input: AddKycDocumentInput): DocumentBody => ({
  customer_number: input.customerNumber,
  type: input.type ?? null,
  number: input.number ?? null,
  issue_date: toWireDate(input.issueDate),
  issue_place: input.issuePlace,
  expiry_date: toWireDate(input.expiryDate),
})

export const mediaBody = (input: AddKycMediaInput): MediaBody => ({
  customer_number: input.customerNumber,
  type: input.type ?? null,
  url: input.url ?? null,
  date: toWireDateOrNull(input.date),
  relates_to_kyc_document_id: input.relatesToKycDocumentId,
  relates_to_kyc_check_id: input.relatesToKycCheckId,
})

export const statusBody = (input: AddKycStatusInput): StatusBody => ({
  customer_number: input.customerNumber,
  ok: input.ok,
  date: toWireDate(input.date),
})

// ---- whether the provider's record equals the request

export const isCheck = (check: KycCheck, body: CheckBody): boolean =>
  sameText(check.customerNumber, body.customer_number) &&
  sameDate(check.date, body.date) &&
  sameText(check.how, body.how) &&
  sameText(check.staffUserId, body.staff_user_id) &&
  sameText(check.staffName, body.staff_name) &&
  check.satisfied === body.satisfied &&
  sameText(check.comments, body.comments)

export const isDocument = (document: KycDocument, body: DocumentBody): boolean =>
  sameText(document.customerNumber, body.customer_number) &&
  sameText(document.type, body.type) &&
  sameText(document.number, body.number) &&
  sameDate(document.issueDate, body.issue_date) &&
  sameText(document.issuePlace, body.issue_place) &&
  sameDate(document.expiryDate, body.expiry_date)

export const isMedia = (media: KycMedia, body: MediaBody): boolean =>
  sameText(media.customerNumber, body.customer_number) &&
  sameText(media.type, body.type) &&
  sameText(media.url, body.url) &&
  sameDate(media.date, body.date) &&
  sameText(media.relatesToKycDocumentId, body.relates_to_kyc_document_id) &&
  sameText(media.relatesToKycCheckId, body.relates_to_kyc_check_id)

export const isStatus = (status: KycStatus, body: StatusBody): boolean =>
  sameText(status.customerNumber, body.customer_number) && status.ok === body.ok && sameDate(status.date, body.date)
