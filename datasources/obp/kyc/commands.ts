import { createHash } from 'node:crypto'
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
import { NotRepeated } from '../../contract/errors.js'
import type { LoaderDefinition, OperationScope } from '../../contract/operation-scope.js'
import type { Attempt } from '../../contract/operations.js'
import { findRow, type Rows } from '../../contract/rows.js'
import type { Loader } from '../../support/loader.js'
import { recordEvidence } from '../changes.js'
import type { CustomerRef } from '../customer-ref.js'
import { type CustomerInput, findCustomer } from '../customers/customer-lookup.js'
import { LABEL, TITLE } from '../error-mapping.js'
import { command, type ObpInstance } from '../instance.js'
import {
  checkBody,
  documentBody,
  isCheck,
  isDocument,
  isMedia,
  isStatus,
  mediaBody,
  statusBody,
  toCheck,
  toDocument,
  toMedia,
  toStatus,
} from './mapping.js'
import { checks, documents, media, statuses } from './queries.js'

/** The kinds of record that have an id. */
type Kind = 'check' | 'document' | 'media'

interface StoredRecord {
  readonly id: string
  readonly bankId: string
}

/** A loader of a customer's records of one kind. */
type Records<Row extends StoredRecord = StoredRecord> = LoaderDefinition<
  ObpInstance,
  Pick<Loader<string, Rows<Row> | null>, 'load' | 'clear'>
>

/** A record of a customer under an id of the provider's. */
interface RecordRef {
  readonly ref: CustomerRef
  readonly id: string
}

/**
 * The provider's id for a new record that the caller named. The provider's ids are unique over all customers and banks,
 * and a write to an existing id moves that record here; no other record can have this id.
 */
export function newRecordId(ref: CustomerRef, kind: string, given: string): string {
  return createHash('sha256')
    .update(JSON.stringify([ref.bankId, ref.id, kind, given]))
    .digest('hex')
    .slice(0, 32)
}

/** The id to write to: the attempt's id without an id of the caller's, else the customer's own record, else a new id. */
async function recordIdOf(
  instance: ObpInstance,
  operation: OperationScope,
  ref: CustomerRef,
  kind: Kind,
  records: Records,
  given: string | null | undefined,
  attempt: Attempt,
): Promise<string> {
  if (given == null) return attempt.id
  const stored = await operation.loader(instance, records).load(ref.id)
  const isOwn = stored && findRow(stored, (row) => row.id === given && row.bankId === ref.bankId)
  return isOwn ? given : newRecordId(ref, kind, given)
}

/** The id of a related record that the caller named: the customer's own record, else the id that it has or will get. */
async function relatedIdOf(
  instance: ObpInstance,
  operation: OperationScope,
  ref: CustomerRef,
  kind: Kind,
  records: Records,
  given: string,
): Promise<string> {
  if (given === '') return given
  const stored = await operation.loader(instance, records).load(ref.id)
  return stored && findRow(stored, ({ id }) => id === given) ? given : newRecordId(ref, kind, given)
}

/** The customer and the id that a command writes a record to. */
async function recordOf(
  instance: ObpInstance,
  operation: OperationScope,
  kind: Kind,
  records: Records,
  input: CustomerInput & { readonly id?: string | null },
  attempt: Attempt,
): Promise<RecordRef> {
  const { ref } = await findCustomer(instance, operation, input)
  return { ref, id: await recordIdOf(instance, operation, ref, kind, records, input.id, attempt) }
}

/** The customer, the id and the body that `addKycMedia` writes. */
async function mediaOf(instance: ObpInstance, operation: OperationScope, input: AddKycMediaInput, attempt: Attempt) {
  const { ref } = await findCustomer(instance, operation, input)
  const { relatesToKycDocumentId: documentId, relatesToKycCheckId: checkId } = input
  const body = mediaBody({
    ...input,
    relatesToKycDocumentId: await relatedIdOf(instance, operation, ref, 'document', documents, documentId),
    relatesToKycCheckId: await relatedIdOf(instance, operation, ref, 'check', checks, checkId),
  })
  return { ref, id: await recordIdOf(instance, operation, ref, 'media', media, input.id, attempt), body }
}

/** What the provider now holds under the id, if it is what the command was to write. */
async function readRecord<Row extends StoredRecord>(
  instance: ObpInstance,
  operation: OperationScope,
  records: Records<Row>,
  { ref, id }: RecordRef,
  isWritten: (row: Row) => boolean,
): Promise<Row | undefined> {
  const loader = operation.loader(instance, records)
  loader.clear(ref.id)
  const stored = await loader.load(ref.id)
  return stored ? findRow(stored, (row) => row.id === id && row.bankId === ref.bankId && isWritten(row)) : undefined
}

/**
 * What an earlier attempt has written under the attempt's id, if any. Others find that id in the customer's records: where
 * one of them has changed the record since, it is not written again.
 */
async function writtenBefore<Row extends StoredRecord>(
  instance: ObpInstance,
  operation: OperationScope,
  records: Records<Row>,
  { ref, id, isRetry }: RecordRef & Pick<Attempt, 'isRetry'>,
  isWritten: (row: Row) => boolean,
): Promise<Row | undefined> {
  const row = isRetry ? await readRecord(instance, operation, records, { ref, id }, () => true) : undefined
  if (row && !isWritten(row)) throw new NotRepeated({ provider: LABEL, title: TITLE })
  return row
}

/**
 * A late repeat to an id of the caller's would revert a later change of the record; under the attempt's own id it is
 * looked for first.
 */
const repeatable = ({ id }: { readonly id?: string | null }): boolean => id == null

/** The customer of the record: without an id of the caller's, the attempt's id becomes that of the record. */
const place = ({ customerId, bankId }: CustomerInput): readonly string[] => [bankId ?? '', customerId]

/** Commands that add KYC records. */
export const kycCommands = {
  addKycCheck: command<AddKycCheckInput, { kycCheck: KycCheck }>({
    scope: 'kyc:write',
    type: 'AddKycCheckPayload',
    repeatable,
    place,
    async readBack(instance, operation, input, attempt) {
      const record = await recordOf(instance, operation, 'check', checks, input, attempt)
      const body = checkBody(input)
      const kycCheck = await readRecord(instance, operation, checks, record, (row) => isCheck(row, body))
      if (kycCheck) recordEvidence(instance, record.ref, attempt)
      return kycCheck ? { kycCheck } : null
    },
    async run(instance, operation, input, attempt) {
      const { ref, id } = await recordOf(instance, operation, 'check', checks, input, attempt)
      const body = checkBody(input)
      const target = { ref, id, isRetry: attempt.isRetry }
      const written = await writtenBefore(instance, operation, checks, target, (row) => isCheck(row, body))
      const kycCheck =
        written ??
        toCheck(
          await instance.sources.kyc
            .addKycCheck(operation, ref, id, body)
            .finally(() => operation.loader(instance, checks).clear(ref.id)),
          instance.drift,
        )
      recordEvidence(instance, ref, attempt)
      return { kycCheck }
    },
  }),

  addKycDocument: command<AddKycDocumentInput, { kycDocument: KycDocument }>({
    scope: 'kyc:write',
    type: 'AddKycDocumentPayload',
    repeatable,
    place,
    async readBack(instance, operation, input, attempt) {
      const record = await recordOf(instance, operation, 'document', documents, input, attempt)
      const body = documentBody(input)
      const kycDocument = await readRecord(instance, operation, documents, record, (row) => isDocument(row, body))
      if (kycDocument) recordEvidence(instance, record.ref, attempt)
      return kycDocument ? { kycDocument } : null
    },
    async run(instance, operation, input, attempt) {
      const { ref, id } = await recordOf(instance, operation, 'document', documents, input, attempt)
      const body = documentBody(input)
      const target = { ref, id, isRetry: attempt.isRetry }
      const written = await writtenBefore(instance, operation, documents, target, (row) => isDocument(row, body))
      const kycDocument =
        written ??
        toDocument(
          await instance.sources.kyc
            .addKycDocument(operation, ref, id, body)
            .finally(() => operation.loader(instance, documents).clear(ref.id)),
          instance.drift,
        )
      recordEvidence(instance, ref, attempt)
      return { kycDocument }
    },
  }),

  addKycMedia: command<AddKycMediaInput, { kycMedia: KycMedia }>({
    scope: 'kyc:write',
    type: 'AddKycMediaPayload',
    repeatable,
    place,
    async readBack(instance, operation, input, attempt) {
      const { body, ...record } = await mediaOf(instance, operation, input, attempt)
      const kycMedia = await readRecord(instance, operation, media, record, (row) => isMedia(row, body))
      return kycMedia ? { kycMedia } : null
    },
    async run(instance, operation, input, attempt) {
      const { ref, id, body } = await mediaOf(instance, operation, input, attempt)
      const target = { ref, id, isRetry: attempt.isRetry }
      const written = await writtenBefore(instance, operation, media, target, (row) => isMedia(row, body))
      if (written) return { kycMedia: written }
      const row = await instance.sources.kyc
        .addKycMedia(operation, ref, id, body)
        .finally(() => operation.loader(instance, media).clear(ref.id))
      return { kycMedia: toMedia(row, instance.drift) }
    },
  }),

  addKycStatus: command<AddKycStatusInput, { kycStatus: KycStatus }>({
    scope: 'kyc:write',
    type: 'AddKycStatusPayload',
    // A late repeat would revert a later status.
    repeatable: false,
    async readBack(instance, operation, input, attempt) {
      const { ref } = await findCustomer(instance, operation, input)
      const loader = operation.loader(instance, statuses)
      loader.clear(ref.id)
      const stored = await loader.load(ref.id)
      const kycStatus = stored && findRow(stored, (row) => isStatus(row, statusBody(input)))
      if (kycStatus) recordEvidence(instance, ref, attempt)
      return kycStatus ? { kycStatus } : null
    },
    async run(instance, operation, input, attempt) {
      const { ref } = await findCustomer(instance, operation, input)
      const row = await instance.sources.kyc
        .addKycStatus(operation, ref, statusBody(input))
        .finally(() => operation.loader(instance, statuses).clear(ref.id))
      recordEvidence(instance, ref, attempt)
      return { kycStatus: toStatus(row, instance.drift) }
    },
  }),
}
