import type {
  AddSocialMediaHandleInput,
  CreateCustomerAddressInput,
  CreateTaxResidenceInput,
  CreditLimitRequestReceipt,
  CustomerAddress,
  DeleteCustomerAddressInput,
  DeleteTaxResidenceInput,
  RequestCreditLimitInput,
  SocialMediaHandle,
  TaxResidence,
  UpdateCustomerAddressInput,
} from '../../../schema/records.js'
import { invalidInput, nullIfNotFound } from '../../contract/errors.js'
import type { LoaderDefinition, OperationScope } from '../../contract/operation-scope.js'
import type { Attempt } from '../../contract/operations.js'
import { completeRows, findRow, type Rows } from '../../contract/rows.js'
import type { Loader } from '../../support/loader.js'
import { ownerOfInput } from '../bank-access.js'
import type { CustomerRef } from '../customer-ref.js'
import { type CustomerInput, findCustomer } from '../customers/customer-lookup.js'
import { obpError } from '../error-mapping.js'
import { command, type ObpInstance } from '../instance.js'
import {
  addressBody,
  creditLimitBody,
  handleBody,
  isAddress,
  taxResidenceBody,
  toAddress,
  toHandle,
  toReceipt,
  toTaxResidence,
} from './mapping.js'
import { addresses, handles, taxResidences } from './queries.js'

/** True for a time that is not before this one; the provider's times have whole seconds. */
const isSince = (time: string, begunAt: number): boolean => Date.parse(time) >= Math.floor(begunAt / 1000) * 1000

const NO_ADDRESS = 'The customer has no such address.'
const NO_TAX_RESIDENCE = 'The customer has no such tax residence.'

// What a customer may give: all members, named so that a new one is closed until it is decided.
const CUSTOMER = ['customerId', 'bankId'] as const
const ADDRESS = [
  ...CUSTOMER,
  'line1',
  'line2',
  'line3',
  'city',
  'county',
  'state',
  'postcode',
  'countryCode',
  'tags',
] as const
const CREDIT_LIMIT_REQUEST = [
  ...CUSTOMER,
  'requestedCurrentRateAmount1',
  'requestedCurrentRateAmount2',
  'requestedCurrentValidEndDate',
  'currentCreditDocumentation',
  'temporaryRequestedCurrentAmount',
  'requestedTemporaryValidEndDate',
  'temporaryCreditDocumentation',
] as const

/** The records of one kind, and how to delete one. */
interface Deletion {
  readonly records: LoaderDefinition<
    ObpInstance,
    Pick<Loader<CustomerRef, Rows<{ id: string }> | null>, 'load' | 'clear'>
  >
  readonly remove: (ref: CustomerRef) => Promise<unknown>
  /** The message where the customer has no such record. */
  readonly absent: string
}

/** Deletes a customer's record. In a retry an absent record is a success: an earlier attempt may have deleted it. */
async function deleteRecord(
  instance: ObpInstance,
  operation: OperationScope,
  input: CustomerInput,
  id: string,
  { isRetry }: Attempt,
  { records, remove, absent }: Deletion,
): Promise<{ deletedId: string }> {
  const { ref } = await findCustomer(instance, operation, input)
  const loader = operation.loader(instance, records)
  const stored = await loader.load(ref)
  if (stored && findRow(stored, (row) => row.id === id)) {
    const deletion = remove(ref).finally(() => loader.clear(ref))
    await (isRetry ? nullIfNotFound(deletion) : deletion)
  } else if (!isRetry) throw obpError('NOT_FOUND', absent)
  return { deletedId: id }
}

/** The customer's tax residence of this domain and number. */
async function findTaxResidence(
  instance: ObpInstance,
  operation: OperationScope,
  ref: CustomerRef,
  input: CreateTaxResidenceInput,
): Promise<TaxResidence | undefined> {
  const stored = (await operation.loader(instance, taxResidences).load(ref)) ?? []
  return findRow(stored, ({ domain, taxNumber }) => domain === input.domain && taxNumber === input.taxNumber)
}

/** Commands on a customer's records. The provider does not check the owner of a record, so it is looked up among the customer's. */
export const recordCommands = {
  createCustomerAddress: command<CreateCustomerAddressInput, { address: CustomerAddress }>({
    scope: 'customers:write',
    owner: ownerOfInput,
    ownInput: ADDRESS,
    type: 'CreateCustomerAddressPayload',
    repeatable: false,
    /** Of the provider's creations only an address tells when it was made. */
    async readBack(instance, operation, input, { begunAt }) {
      const { ref } = await findCustomer(instance, operation, input)
      const loader = operation.loader(instance, addresses)
      loader.clear(ref)
      const stored = completeRows((await loader.load(ref)) ?? [])
      const [address, another] = stored.filter(
        (row) => row.insertedAt !== null && isSince(row.insertedAt, begunAt) && isAddress(row, input),
      )
      return address && !another ? { address } : null
    },
    async run(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      const row = await instance.sources.records
        .createCustomerAddress(operation, ref, addressBody(input))
        .finally(() => operation.loader(instance, addresses).clear(ref))
      return { address: toAddress(row, instance.drift) }
    },
  }),

  updateCustomerAddress: command<UpdateCustomerAddressInput, { address: CustomerAddress }>({
    scope: 'customers:write',
    owner: ownerOfInput,
    ownInput: ['addressId', ...ADDRESS],
    type: 'UpdateCustomerAddressPayload',
    // A late repeat would revert a later change.
    repeatable: false,
    async readBack(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      const loader = operation.loader(instance, addresses)
      loader.clear(ref)
      const stored = await loader.load(ref)
      const address = stored && findRow(stored, ({ id }) => id === input.addressId)
      return address && isAddress(address, input) ? { address } : null
    },
    async run(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      const loader = operation.loader(instance, addresses)
      const stored = await loader.load(ref)
      if (!stored || !findRow(stored, ({ id }) => id === input.addressId)) throw obpError('NOT_FOUND', NO_ADDRESS)
      const row = await instance.sources.records
        .updateCustomerAddress(operation, ref, input.addressId, addressBody(input))
        .finally(() => loader.clear(ref))
      return { address: toAddress(row, instance.drift) }
    },
  }),

  deleteCustomerAddress: command<DeleteCustomerAddressInput, { deletedId: string }>({
    scope: 'customers:write',
    owner: ownerOfInput,
    ownInput: [...CUSTOMER, 'addressId'],
    type: 'DeleteCustomerAddressPayload',
    repeatable: true,
    run: (instance, operation, input, attempt) =>
      deleteRecord(instance, operation, input, input.addressId, attempt, {
        records: addresses,
        remove: (ref) => instance.sources.records.deleteCustomerAddress(operation, ref, input.addressId),
        absent: NO_ADDRESS,
      }),
  }),

  /** The provider stores each tax residence only once, and answers a second one with its general error. */
  createTaxResidence: command<CreateTaxResidenceInput, { taxResidence: TaxResidence }>({
    scope: 'customers:write',
    type: 'CreateTaxResidencePayload',
    // A late repeat would add one again that was deleted since.
    repeatable: false,
    async readBack(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      operation.loader(instance, taxResidences).clear(ref)
      const taxResidence = await findTaxResidence(instance, operation, ref, input)
      return taxResidence ? { taxResidence } : null
    },
    async run(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      if (await findTaxResidence(instance, operation, ref, input))
        throw obpError('CONFLICT', 'The customer has this tax residence already.')
      const loader = operation.loader(instance, taxResidences)
      const row = await instance.sources.records
        .createTaxResidence(operation, ref, taxResidenceBody(input))
        .finally(() => loader.clear(ref))
      return { taxResidence: toTaxResidence(row) }
    },
  }),

  deleteTaxResidence: command<DeleteTaxResidenceInput, { deletedId: string }>({
    scope: 'customers:write',
    type: 'DeleteTaxResidencePayload',
    repeatable: true,
    run: (instance, operation, input, attempt) =>
      deleteRecord(instance, operation, input, input.taxResidenceId, attempt, {
        records: taxResidences,
        remove: (ref) => instance.sources.records.deleteTaxResidence(operation, ref, input.taxResidenceId),
        absent: NO_TAX_RESIDENCE,
      }),
  }),

  /** The provider stores one handle per customer number, and fails without an error code for a second one. */
  addSocialMediaHandle: command<AddSocialMediaHandleInput, { handle: SocialMediaHandle }>({
    scope: 'customers:write',
    owner: ownerOfInput,
    ownInput: [...CUSTOMER, 'customerNumber', 'type', 'handle', 'addedAt', 'activatedAt'],
    type: 'AddSocialMediaHandlePayload',
    repeatable: true,
    async run(instance, operation, input, { isRetry }) {
      const { ref, customer } = await findCustomer(instance, operation, input)
      if (input.customerNumber !== customer.number)
        throw invalidInput({ 'input.customerNumber': ["must be the customer's own number"] })
      const body = handleBody(input)
      // The response does not contain the handle, so the payload is made from the request.
      const handle = toHandle(body, instance.drift)
      const loader = operation.loader(instance, handles)
      const [existing] = completeRows((await loader.load(ref)) ?? [])
      if (existing) {
        if (isRetry && JSON.stringify(existing) === JSON.stringify(handle)) return { handle }
        throw obpError(
          'CONFLICT',
          'A social media handle is kept with this customer number already, and there can be only one.',
        )
      }
      await instance.sources.records.addSocialMediaHandle(operation, ref, body).finally(() => loader.clear(ref))
      return { handle }
    },
  }),

  requestCreditLimit: command<RequestCreditLimitInput, { receipt: CreditLimitRequestReceipt }>({
    scope: 'customers:write',
    owner: ownerOfInput,
    ownInput: CREDIT_LIMIT_REQUEST,
    type: 'RequestCreditLimitPayload',
    repeatable: false,
    async run(instance, operation, input) {
      const { ref } = await findCustomer(instance, operation, input)
      const { records } = instance.sources
      const row = await records.createCreditLimitRequest(operation, ref, creditLimitBody(input))
      return { receipt: toReceipt(row) }
    },
  }),
}
