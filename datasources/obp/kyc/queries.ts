import type { KycCheck, KycDocument, KycMedia, KycStatus } from '../../../schema/kyc.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { LoaderDefinition, OperationScope } from '../../contract/operation-scope.js'
import type { CustomerKey } from '../../contract/operations.js'
import { filterRows, findRow, type Rows } from '../../contract/rows.js'
import type { ReadRows } from '../../http/list-contract.js'
import { keyLoader, type Loader } from '../../support/loader.js'
import type { Drift } from '../../support/mapping.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { bankOf, customerRefOf, loadByCustomer, ownerOf } from '../bank-access.js'
import { customers } from '../customers/loaders.js'
import { unreadableObpRow } from '../error-mapping.js'
import { isId } from '../ids.js'
import { type ObpInstance, query } from '../instance.js'
import type { KycSource } from './datasource.js'
import { toCheck, toDocument, toMedia, toStatus } from './mapping.js'

/** Names a check; its id is unique over all customers and banks. */
interface KycCheckKey {
  readonly customerId: string
  readonly id: string
}

/** A loader of a customer's KYC records, by the customer's id: the lists hold the records of every bank. */
const listLoader = <Row extends { customer_id: string }, Node>(
  name: string,
  list: (source: KycSource, operation: OperationScope, customerId: string) => Promise<ReadRows<Row>>,
  toNode: (row: Row, drift: Drift) => Node,
) =>
  keyLoader<ObpInstance, string, Rows<Node> | null>(async ({ sources, drift }, operation, customerId) => {
    const rows = await nullIfNotFound(list(sources.kyc, operation, customerId))
    const own = rows && rows.filter((row) => hasMember<Row | { customer_id: string }>(row, 'customer_id', customerId))
    return own && toNodes(own, name, toNode, unreadableObpRow, drift)
  })

export const checks = listLoader(
  'kyc_checks',
  async (source, operation, customerId) => (await source.getKycChecks(operation, customerId)).checks,
  toCheck,
)

export const documents = listLoader(
  'kyc_documents',
  async (source, operation, customerId) => (await source.getKycDocuments(operation, customerId)).documents,
  toDocument,
)

export const media = listLoader(
  'kyc_media',
  async (source, operation, customerId) => (await source.getKycMedia(operation, customerId)).medias,
  toMedia,
)

export const statuses = listLoader(
  'kyc_statuses',
  async (source, operation, customerId) => (await source.getKycStatuses(operation, customerId)).statuses,
  toStatus,
)

/** The `load` of a query of a customer's records at one bank. */
const loadOfBank =
  <Node extends { bankId: string }>(definition: LoaderDefinition<ObpInstance, Loader<string, Rows<Node> | null>>) =>
  async (instance: ObpInstance, operation: OperationScope, key: CustomerKey): Promise<Rows<Node> | null> => {
    const ref = customerRefOf(instance, operation, key)
    const nodes = ref && (await operation.loader(instance, definition).load(ref.id))
    return nodes && filterRows(nodes, ({ bankId }) => bankId === ref.bankId)
  }

const loadCustomer = loadByCustomer(customers)

/** Queries of KYC records. */
export const kycQueries = {
  kycChecksOf: query<CustomerKey, Rows<KycCheck> | null>({
    scope: 'kyc:read',
    type: 'KycCheck',
    owner: ownerOf,
    load: loadOfBank(checks),
  }),

  kycDocumentsOf: query<CustomerKey, Rows<KycDocument> | null>({
    scope: 'kyc:read',
    type: 'KycDocument',
    owner: ownerOf,
    load: loadOfBank(documents),
  }),

  kycMediaOf: query<CustomerKey, Rows<KycMedia> | null>({
    scope: 'kyc:read',
    type: 'KycMedia',
    owner: ownerOf,
    load: loadOfBank(media),
  }),

  /** A status does not name its bank; each bank that has written any has one. */
  kycStatusesOf: query<CustomerKey, Rows<KycStatus> | null>({
    scope: 'kyc:read',
    type: 'KycStatus',
    owner: ownerOf,
    async load(instance, operation, key) {
      const ref = customerRefOf(instance, operation, key)
      return ref && operation.loader(instance, statuses).load(ref.id)
    },
  }),

  /** For entity references, which do not name the bank: it must be one that the caller may name. */
  kycCheckById: query<KycCheckKey, KycCheck | null>({
    scope: 'kyc:read',
    type: 'KycCheck',
    owner: ({ customerId }) => ({ customer: { id: customerId } }),
    async load(instance, operation, { customerId, id }) {
      const found = isId(customerId) ? await operation.loader(instance, checks).load(customerId) : null
      const check = found && findRow(found, (row) => row.id === id && bankOf(instance, operation, row.bankId) !== null)
      if (!check) return null
      // A bank may write checks of another bank's customer; they are shown only where the customer is that bank's.
      const customer = await loadCustomer(instance, operation, { id: customerId, bankId: check.bankId })
      return customer && check
    },
  }),
}
