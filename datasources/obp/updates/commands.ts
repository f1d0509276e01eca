import type { Customer } from '../../../schema/customer.js'
import type {
  UpdateCustomerBranchInput,
  UpdateCustomerCreditLimitInput,
  UpdateCustomerCreditRatingInput,
  UpdateCustomerDataInput,
  UpdateCustomerEmailInput,
  UpdateCustomerIdentityInput,
  UpdateCustomerMobileNumberInput,
  UpdateCustomerNumberInput,
} from '../../../schema/customer-update.js'
import { command } from '../../contract/operations.js'
import type { Drift } from '../../support/mapping.js'
import type { CustomerRef } from '../bank-access.js'
import type { ObpCustomer } from '../customers/contract.js'
import type { CustomerLoaders } from '../customers/queries.js'
import { toCustomer } from '../customers/mapping.js'
import { sameDate, sameText } from '../codecs.js'
import type { UpdateSource } from './datasource.js'
import { creditLimitBody, dataBody, identityBody } from './mapping.js'

interface CustomerPayload {
  customer: Customer
}

/** Changes to parts of a customer. */
export function updateCommands(
  source: UpdateSource,
  customers: Pick<CustomerLoaders, 'named' | 'afresh' | 'forget'>,
  drift: Drift,
) {
  /** A write that sets something of the customer whom the input names, by how the provider is told and what is then to be read. */
  const setting = <Input extends { customerId: string; bankId?: string | null }>(
    type: string,
    set: (place: CustomerRef, input: Input) => Promise<ObpCustomer>,
    isSet: (customer: Customer, input: Input) => boolean,
    unlessSet = false,
  ) =>
    command<Input, CustomerPayload>({
      scope: 'customers:write',
      type,
      // A late repeat would take back what was set since.
      repeatable: false,
      async readBack(input) {
        const { customer } = await customers.afresh({ id: input.customerId, bankId: input.bankId })
        return isSet(customer, input) ? { customer } : null
      },
      async run(input) {
        const { place, customer } = await customers.named({ id: input.customerId, bankId: input.bankId })
        if (unlessSet && isSet(customer, input)) return { customer }
        try {
          return { customer: toCustomer(await set(place, input), drift) }
        } finally {
          // Also a write that failed may have been carried out.
          customers.forget(place)
        }
      },
    })

  return {
    updateCustomerBranch: setting<UpdateCustomerBranchInput>(
      'UpdateCustomerBranchPayload',
      (place, { branchId }) => source.updateCustomerBranch(place, { branch_id: branchId }),
      (customer, { branchId }) => customer.branchId === branchId,
    ),

    updateCustomerCreditLimit: setting<UpdateCustomerCreditLimitInput>(
      'UpdateCustomerCreditLimitPayload',
      (place, input) => source.updateCustomerCreditLimit(place, creditLimitBody(input)),
      (customer, { creditLimit: { currency, amount } }) =>
        customer.creditLimit?.currency === currency && customer.creditLimit.amount === amount,
    ),

    updateCustomerCreditRating: setting<UpdateCustomerCreditRatingInput>(
      'UpdateCustomerCreditRatingPayload',
      (place, { rating, source: whose }) =>
        source.updateCustomerCreditRatingAndSource(place, { credit_rating: rating, credit_source: whose }),
      (customer, { rating, source: whose }) =>
        customer.creditRating?.rating === rating && customer.creditRating.source === whose,
    ),

    updateCustomerData: setting<UpdateCustomerDataInput>(
      'UpdateCustomerDataPayload',
      (place, input) => source.updateCustomerData(place, dataBody(input)),
      (customer, input) =>
        customer.faceImage?.url === input.faceImage.url &&
        sameDate(customer.faceImage.date, input.faceImage.date) &&
        sameText(customer.relationshipStatus, input.relationshipStatus) &&
        customer.dependants === input.dependants &&
        sameText(customer.highestEducationAttained, input.highestEducationAttained) &&
        sameText(customer.employmentStatus, input.employmentStatus),
    ),

    /** The provider keeps addresses in lower case. */
    updateCustomerEmail: setting<UpdateCustomerEmailInput>(
      'UpdateCustomerEmailPayload',
      (place, { email }) => source.updateCustomerEmail(place, { email }),
      (customer, { email }) => customer.email?.toLowerCase() === email.trim().toLowerCase(),
    ),

    updateCustomerIdentity: setting<UpdateCustomerIdentityInput>(
      'UpdateCustomerIdentityPayload',
      (place, input) => source.updateCustomerIdentity(place, identityBody(input)),
      (customer, input) =>
        customer.legalName === input.legalName &&
        customer.dateOfBirth === input.dateOfBirth &&
        sameText(customer.title, input.title) &&
        sameText(customer.nameSuffix, input.nameSuffix),
    ),

    updateCustomerMobileNumber: setting<UpdateCustomerMobileNumberInput>(
      'UpdateCustomerMobileNumberPayload',
      (place, { mobilePhoneNumber }) =>
        source.updateCustomerMobileNumber(place, { mobile_phone_number: mobilePhoneNumber }),
      (customer, { mobilePhoneNumber }) => customer.mobilePhoneNumber === mobilePhoneNumber,
    ),

    /** The provider takes a customer's own number for somebody else's, so one that is set already is left. */
    updateCustomerNumber: setting<UpdateCustomerNumberInput>(
      'UpdateCustomerNumberPayload',
      (place, { customerNumber }) => source.updateCustomerNumber(place, { customer_number: customerNumber }),
      (customer, { customerNumber }) => customer.number === customerNumber,
      true,
    ),
  }
}
