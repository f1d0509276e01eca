import type { CustomerMutationInput } from '../../../schema/mutation.js'
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
import type { Loader } from '../../support/loader.js'
import { type Attempt, command } from '../../contract/operations.js'
import { nullIfNotFound, invalidInput } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import type { CustomerRef } from '../bank-access.js'
import type { CustomerLoaders } from '../customers/queries.js'
import { obpError } from '../error-mapping.js'
import type { RecordSource } from './datasource.js'
import type { RecordLoaders } from './queries.js'
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

const NO_ADDRESS = 'The customer has no such address.'
const NO_TAX_RESIDENCE = 'The customer has no such tax residence.'

/** Writes to what hangs off one customer. The provider looks at none of whose a record is, so each is looked for among the customer's first. */
export function recordCommands(
  source: RecordSource,
  customers: Pick<CustomerLoaders, 'named'>,
  records: RecordLoaders,
  drift: Drift,
) {
  const { addresses, taxResidences, handles } = records

  const customerOf = ({ customerId, bankId }: CustomerMutationInput) => customers.named({ id: customerId, bankId })

  /** After a write, however it ended, the operation must not see what it read before. */
  async function changing<Done>(
    loader: Pick<Loader<CustomerRef, unknown>, 'clear'>,
    place: CustomerRef,
    write: Promise<Done>,
  ): Promise<Done> {
    try {
      return await write
    } finally {
      loader.clear(place)
    }
  }

  /** Removes a record of the customer's. One that its own earlier try removed is not missing. */
  async function remove<Row extends { id: string }>(
    input: CustomerMutationInput,
    { isRetry }: Attempt,
    id: string,
    from: {
      rows: Loader<CustomerRef, Row[] | null>
      send: (place: CustomerRef, id: string) => Promise<unknown>
      missing: string
    },
  ): Promise<{ deletedId: string }> {
    const { place } = await customerOf(input)
    if ((await from.rows.load(place))?.some((row) => row.id === id)) {
      const sent = from.send(place, id)
      await changing(from.rows, place, isRetry ? nullIfNotFound(sent) : sent)
    } else if (!isRetry) throw obpError('NOT_FOUND', from.missing)
    return { deletedId: id }
  }

  return {
    createCustomerAddress: command<CreateCustomerAddressInput, { address: CustomerAddress }>({
      scope: 'customers:write',
      type: 'CreateCustomerAddressPayload',
      repeatable: false,
      async run(input) {
        const { place } = await customerOf(input)
        const address = await changing(addresses, place, source.createCustomerAddress(place, addressBody(input)))
        return { address: toAddress(address, drift) }
      },
    }),

    updateCustomerAddress: command<UpdateCustomerAddressInput, { address: CustomerAddress }>({
      scope: 'customers:write',
      type: 'UpdateCustomerAddressPayload',
      // A late repeat would take back what was set since.
      repeatable: false,
      async readBack(input) {
        const { place } = await customerOf(input)
        addresses.clear(place)
        const address = (await addresses.load(place))?.find(({ id }) => id === input.addressId)
        return address && isAddress(address, input) ? { address } : null
      },
      async run(input) {
        const { place } = await customerOf(input)
        const theirs = (await addresses.load(place))?.some(({ id }) => id === input.addressId)
        if (!theirs) throw obpError('NOT_FOUND', NO_ADDRESS)
        const address = await changing(
          addresses,
          place,
          source.updateCustomerAddress(place, input.addressId, addressBody(input)),
        )
        return { address: toAddress(address, drift) }
      },
    }),

    deleteCustomerAddress: command<DeleteCustomerAddressInput, { deletedId: string }>({
      scope: 'customers:write',
      type: 'DeleteCustomerAddressPayload',
      repeatable: true,
      run: (input, attempt) =>
        remove(input, attempt, input.addressId, {
          rows: addresses,
          send: source.deleteCustomerAddress,
          missing: NO_ADDRESS,
        }),
    }),

    /** The provider takes each only once, and says of a second one no more than that something went wrong. */
    createTaxResidence: command<CreateTaxResidenceInput, { taxResidence: TaxResidence }>({
      scope: 'customers:write',
      type: 'CreateTaxResidencePayload',
      repeatable: true,
      async run(input, { isRetry }) {
        const { place } = await customerOf(input)
        const same = (await taxResidences.load(place))?.find(
          ({ domain, taxNumber }) => domain === input.domain && taxNumber === input.taxNumber,
        )
        if (same) {
          if (isRetry) return { taxResidence: same }
          throw obpError('CONFLICT', 'The customer has this tax residence already.')
        }
        const residence = await changing(
          taxResidences,
          place,
          source.createTaxResidence(place, taxResidenceBody(input)),
        )
        return { taxResidence: toTaxResidence(residence) }
      },
    }),

    deleteTaxResidence: command<DeleteTaxResidenceInput, { deletedId: string }>({
      scope: 'customers:write',
      type: 'DeleteTaxResidencePayload',
      repeatable: true,
      run: (input, attempt) =>
        remove(input, attempt, input.taxResidenceId, {
          rows: taxResidences,
          send: source.deleteTaxResidence,
          missing: NO_TAX_RESIDENCE,
        }),
    }),

    /** The provider keeps one for each number, and fails without a word at a second one. */
    addSocialMediaHandle: command<AddSocialMediaHandleInput, { handle: SocialMediaHandle }>({
      scope: 'customers:write',
      type: 'AddSocialMediaHandlePayload',
      repeatable: true,
      async run(input, { isRetry }) {
        const { place, customer } = await customerOf(input)
        if (input.customerNumber !== customer.number)
          throw invalidInput({ 'input.customerNumber': ["must be the customer's own number"] })
        const body = handleBody(input)
        // Nothing of it is answered: what was sent is what was added.
        const handle = toHandle(body, drift)
        const [there] = (await handles.load(place)) ?? []
        if (there) {
          if (isRetry && JSON.stringify(there) === JSON.stringify(handle)) return { handle }
          throw obpError(
            'CONFLICT',
            'A social media handle is kept with this customer number already, and there can be only one.',
          )
        }
        await changing(handles, place, source.addSocialMediaHandle(place, body))
        return { handle }
      },
    }),

    requestCreditLimit: command<RequestCreditLimitInput, { receipt: CreditLimitRequestReceipt }>({
      scope: 'customers:write',
      type: 'RequestCreditLimitPayload',
      repeatable: false,
      async run(input) {
        const { place } = await customerOf(input)
        return { receipt: toReceipt(await source.createCreditLimitRequest(place, creditLimitBody(input))) }
      },
    }),
  }
}
