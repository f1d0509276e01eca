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
import type { Loader } from '../../support/loader.js'
import { type Attempt, command } from '../../contract/operations.js'
import type { Drift } from '../../support/mapping.js'
import type { CustomerRef } from '../bank-access.js'
import type { CustomerLoaders } from '../customers/queries.js'
import type { KycSource } from './datasource.js'
import type { KycLoaders } from './queries.js'
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

type Rows = Pick<Loader<string, readonly { id: string; bankId: string }[] | null>, 'load'>

/**
 * The provider's id for a new record that the caller gave an id of their own. Its ids are shared by all customers of
 * all banks, and a write to one that exists takes that record away from whomever it is of; this one nobody else has.
 */
export function newRecordId(place: CustomerRef, kind: string, given: string): string {
  return createHash('sha256')
    .update(JSON.stringify([place.bankId, place.id, kind, given]))
    .digest('hex')
    .slice(0, 32)
}

/** Writes of KYC records. */
export function kycCommands(
  source: KycSource,
  customers: Pick<CustomerLoaders, 'named'>,
  kyc: KycLoaders,
  drift: Drift,
) {
  const placeOf = async ({ customerId, bankId }: { customerId: string; bankId?: string | null }) =>
    (await customers.named({ id: customerId, bankId })).place

  /** The id to write to: the customer's own record of this id, else a new one. */
  async function idOf(place: CustomerRef, kind: string, given: string | null | undefined, rows: Rows, { id }: Attempt) {
    if (given == null) return id
    const theirs = (await rows.load(place.id))?.some((row) => row.id === given && row.bankId === place.bankId)
    return theirs ? given : newRecordId(place, kind, given)
  }

  /** The record that is meant by an id of the caller's: the customer's own of this id, else the one that it makes or will make. */
  async function relatedTo(place: CustomerRef, kind: string, given: string, rows: Rows): Promise<string> {
    if (given === '') return given
    const theirs = (await rows.load(place.id))?.some(({ id }) => id === given)
    return theirs ? given : newRecordId(place, kind, given)
  }

  /** Where a picture is to be written, under which id, and what. */
  async function mediaOf(input: AddKycMediaInput, attempt: Attempt) {
    const place = await placeOf(input)
    const body = mediaBody({
      ...input,
      relatesToKycDocumentId: await relatedTo(place, 'document', input.relatesToKycDocumentId, kyc.documents),
      relatesToKycCheckId: await relatedTo(place, 'check', input.relatesToKycCheckId, kyc.checks),
    })
    return { place, id: await idOf(place, 'media', input.id, kyc.media, attempt), body }
  }

  /** After a write, however it ended, the operation must not see what it read before. */
  async function changing<Done>(
    rows: Pick<Loader<string, unknown>, 'clear'>,
    place: CustomerRef,
    write: Promise<Done>,
  ): Promise<Done> {
    try {
      return await write
    } finally {
      rows.clear(place.id)
    }
  }

  /** What the provider has by now under the id, if it is what was to be written. */
  async function found<Row extends { id: string; bankId: string }>(
    place: CustomerRef,
    id: string,
    rows: Pick<Loader<string, readonly Row[] | null>, 'load' | 'clear'>,
    isWritten: (row: Row) => boolean,
  ) {
    rows.clear(place.id)
    return (await rows.load(place.id))?.find((row) => row.id === id && row.bankId === place.bankId && isWritten(row))
  }

  /** A late repeat to an id that the caller knows would take back what was written to it since; one of ours nobody knows yet. */
  const repeatable = ({ id }: { id?: string | null }): boolean => id == null

  return {
    addKycCheck: command<AddKycCheckInput, { kycCheck: KycCheck }>({
      scope: 'kyc:write',
      type: 'AddKycCheckPayload',
      repeatable,
      async readBack(input, attempt) {
        const place = await placeOf(input)
        const kycCheck = await found(
          place,
          await idOf(place, 'check', input.id, kyc.checks, attempt),
          kyc.checks,
          (row) => isCheck(row, checkBody(input)),
        )
        return kycCheck ? { kycCheck } : null
      },
      async run(input, attempt) {
        const place = await placeOf(input)
        const id = await idOf(place, 'check', input.id, kyc.checks, attempt)
        return {
          kycCheck: toCheck(await changing(kyc.checks, place, source.addKycCheck(place, id, checkBody(input))), drift),
        }
      },
    }),

    addKycDocument: command<AddKycDocumentInput, { kycDocument: KycDocument }>({
      scope: 'kyc:write',
      type: 'AddKycDocumentPayload',
      repeatable,
      async readBack(input, attempt) {
        const place = await placeOf(input)
        const kycDocument = await found(
          place,
          await idOf(place, 'document', input.id, kyc.documents, attempt),
          kyc.documents,
          (row) => isDocument(row, documentBody(input)),
        )
        return kycDocument ? { kycDocument } : null
      },
      async run(input, attempt) {
        const place = await placeOf(input)
        const id = await idOf(place, 'document', input.id, kyc.documents, attempt)
        return {
          kycDocument: toDocument(
            await changing(kyc.documents, place, source.addKycDocument(place, id, documentBody(input))),
            drift,
          ),
        }
      },
    }),

    addKycMedia: command<AddKycMediaInput, { kycMedia: KycMedia }>({
      scope: 'kyc:write',
      type: 'AddKycMediaPayload',
      repeatable,
      async readBack(input, attempt) {
        const { place, id, body } = await mediaOf(input, attempt)
        const kycMedia = await found(place, id, kyc.media, (row) => isMedia(row, body))
        return kycMedia ? { kycMedia } : null
      },
      async run(input, attempt) {
        const { place, id, body } = await mediaOf(input, attempt)
        return { kycMedia: toMedia(await changing(kyc.media, place, source.addKycMedia(place, id, body)), drift) }
      },
    }),

    addKycStatus: command<AddKycStatusInput, { kycStatus: KycStatus }>({
      scope: 'kyc:write',
      type: 'AddKycStatusPayload',
      // A late repeat would take back a later word of the bank.
      repeatable: false,
      async readBack(input) {
        const place = await placeOf(input)
        kyc.statuses.clear(place.id)
        const kycStatus = (await kyc.statuses.load(place.id))?.find((row) => isStatus(row, statusBody(input)))
        return kycStatus ? { kycStatus } : null
      },
      async run(input) {
        const place = await placeOf(input)
        return {
          kycStatus: toStatus(
            await changing(kyc.statuses, place, source.addKycStatus(place, statusBody(input))),
            drift,
          ),
        }
      },
    }),
  }
}
