import type { KycCheck, KycDocument, KycMedia, KycStatus } from '../../../schema/kyc.js'
import { keyLoader, type Loader } from '../../support/loader.js'
import { type CustomerKey, query } from '../../contract/operations.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess } from '../bank-access.js'
import { isId } from '../codecs.js'
import type { KycSource } from './datasource.js'
import { toCheck, toDocument, toMedia, toStatus } from './mapping.js'

/** Names a check; ids are one set over all customers and banks. */
export interface KycCheckKey {
  readonly customerId: string
  readonly id: string
}

/** Questions about KYC records. The provider lists them by customer only, so each list is asked for once however deep it is needed. */
export function kycLoaders(
  source: KycSource,
  banks: BankAccess,
  customerById: (key: CustomerKey) => Promise<unknown>,
  drift: Drift,
) {
  const listed = <Row extends { customer_id: string }, Node>(
    ask: (customerId: string) => Promise<readonly Row[]>,
    to: (row: Row, drift: Drift) => Node,
  ) =>
    keyLoader<string, Node[] | null>(async (customerId) => {
      const rows = await nullIfNotFound(ask(customerId))
      return rows && rows.filter((row) => row.customer_id === customerId).map((row) => to(row, drift))
    })

  const checks = listed(async (customerId) => (await source.getKycChecks(customerId)).checks, toCheck)
  const documents = listed(async (customerId) => (await source.getKycDocuments(customerId)).documents, toDocument)
  const media = listed(async (customerId) => (await source.getKycMedia(customerId)).medias, toMedia)
  const statuses = listed(async (customerId) => (await source.getKycStatuses(customerId)).statuses, toStatus)

  /** Those of the bank that was asked: the list is of every bank that has written to this customer. */
  const ofBank = <Node extends { bankId: string }>(loader: Loader<string, Node[] | null>) =>
    banks.within(async ({ bankId, id }) => (await loader.load(id))?.filter((node) => node.bankId === bankId) ?? null)

  const readings = {
    kycChecksOf: query<CustomerKey, KycCheck[] | null>({
      scope: 'kyc:read',
      type: 'KycCheck',
      owner: banks.owner,
      load: ofBank(checks),
    }),

    kycDocumentsOf: query<CustomerKey, KycDocument[] | null>({
      scope: 'kyc:read',
      type: 'KycDocument',
      owner: banks.owner,
      load: ofBank(documents),
    }),

    kycMediaOf: query<CustomerKey, KycMedia[] | null>({
      scope: 'kyc:read',
      type: 'KycMedia',
      owner: banks.owner,
      load: ofBank(media),
    }),

    /** A status does not say whose it is; there is at most one of each bank that has written one. */
    kycStatusesOf: query<CustomerKey, KycStatus[] | null>({
      scope: 'kyc:read',
      type: 'KycStatus',
      owner: banks.owner,
      load: banks.within(({ id }) => statuses.load(id)),
    }),

    /** For references, which do not name the bank: it must be one that the caller may name. */
    kycCheckById: query<KycCheckKey, KycCheck | null>({
      scope: 'kyc:read',
      type: 'KycCheck',
      owner: ({ customerId }) => ({ customer: { id: customerId } }),
      async load({ customerId, id }) {
        const found = isId(customerId) ? await checks.load(customerId) : null
        const check = found?.find((row) => row.id === id && banks.named(row.bankId) !== null)
        // Another bank may have written to this customer too; what it wrote is not shown under theirs either.
        return check && (await customerById({ id: customerId, bankId: check.bankId })) ? check : null
      },
    }),
  }

  return {
    readings,
    checks,
    documents,
    media,
    statuses,
  }
}

export type KycLoaders = ReturnType<typeof kycLoaders>
