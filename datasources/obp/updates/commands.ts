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
import type { Scope } from '../../../schema/scopes.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import { ownerOfInput } from '../bank-access.js'
import type { CustomerRef } from '../customer-ref.js'
import type { ObpCustomer } from '../customers/contract.js'
import { type CustomerInput, findCustomer, reloadCustomer } from '../customers/customer-lookup.js'
import { clearCustomer } from '../customers/loaders.js'
import { toCustomer } from '../customers/mapping.js'
import { sameDate } from '../dates.js'
import { command, type ObpInstance } from '../instance.js'
import { handles } from '../records/queries.js'
import { sameText } from '../texts.js'
import type { UpdateSource } from './datasource.js'
import { creditLimitBody, dataBody, identityBody } from './mapping.js'

interface UpdateOptions<Input> {
  readonly type: string
  readonly update: (
    source: UpdateSource,
    operation: OperationScope,
    ref: CustomerRef,
    input: Input,
  ) => Promise<ObpCustomer>
  /** True where the customer has the values of the input. */
  readonly isSet: (customer: Customer, input: Input) => boolean
  /** Members that the customer may set; absent where only the bank may. */
  readonly ownInput?: readonly (keyof Input & string)[]
  /** Further scopes that the command needs. */
  readonly extraScopes?: () => readonly Scope[]
  /** Clears what the operation has loaded by the values that are set, beside the customer. */
  readonly clear?: (instance: ObpInstance, operation: OperationScope, ref: CustomerRef) => void
  /** True where values that are set already are not sent. */
  readonly skipIfSet?: boolean
}

/** A command that sets a part of the customer that the input names. */
const updateCommand = <Input extends CustomerInput>({
  type,
  update,
  isSet,
  ownInput,
  extraScopes,
  clear,
  skipIfSet = false,
}: UpdateOptions<Input>) =>
  command<Input, { customer: Customer }>({
    scope: 'customers:write',
    extraScopes,
    owner: ownInput && ownerOfInput,
    ownInput,
    type,
    // A late repeat would revert a later change.
    repeatable: false,
    async readBack(instance, operation, input) {
      const { ref, customer } = await reloadCustomer(instance, operation, input)
      clear?.(instance, operation, ref)
      return isSet(customer, input) ? { customer } : null
    },
    async run(instance, operation, input) {
      const { ref, customer } = await findCustomer(instance, operation, input)
      if (skipIfSet && isSet(customer, input)) return { customer }
      const row = await update(instance.sources.updates, operation, ref, input).finally(() => {
        clearCustomer(instance, operation, ref)
        clear?.(instance, operation, ref)
      })
      return { customer: toCustomer(row, instance.drift) }
    },
  })

/** Commands that change a part of a customer. */
export const updateCommands = {
  updateCustomerBranch: updateCommand<UpdateCustomerBranchInput>({
    type: 'UpdateCustomerBranchPayload',
    update: (source, operation, ref, { branchId }) =>
      source.updateCustomerBranch(operation, ref, { branch_id: branchId }),
    isSet: (customer, { branchId }) => customer.branchId === branchId,
  }),

  updateCustomerCreditLimit: updateCommand<UpdateCustomerCreditLimitInput>({
    type: 'UpdateCustomerCreditLimitPayload',
    update: (source, operation, ref, input) => source.updateCustomerCreditLimit(operation, ref, creditLimitBody(input)),
    isSet: (customer, { creditLimit: { currency, amount } }) =>
      customer.creditLimit?.currency === currency && customer.creditLimit.amount === amount,
  }),

  updateCustomerCreditRating: updateCommand<UpdateCustomerCreditRatingInput>({
    type: 'UpdateCustomerCreditRatingPayload',
    update: (source, operation, ref, { rating, source: ratingSource }) =>
      source.updateCustomerCreditRatingAndSource(operation, ref, {
        credit_rating: rating,
        credit_source: ratingSource,
      }),
    isSet: (customer, { rating, source: ratingSource }) =>
      customer.creditRating?.rating === rating && customer.creditRating.source === ratingSource,
  }),

  updateCustomerData: updateCommand<UpdateCustomerDataInput>({
    type: 'UpdateCustomerDataPayload',
    update: (source, operation, ref, input) => source.updateCustomerData(operation, ref, dataBody(input)),
    isSet: (customer, input) =>
      customer.faceImage?.url === input.faceImage.url &&
      sameDate(customer.faceImage.date, input.faceImage.date) &&
      sameText(customer.relationshipStatus, input.relationshipStatus) &&
      customer.dependants === input.dependants &&
      sameText(customer.highestEducationAttained, input.highestEducationAttained) &&
      sameText(customer.employmentStatus, input.employmentStatus),
  }),

  /** The provider stores email addresses in lower case. */
  updateCustomerEmail: updateCommand<UpdateCustomerEmailInput>({
    type: 'UpdateCustomerEmailPayload',
    ownInput: ['customerId', 'bankId', 'email'],
    update: (source, operation, ref, { email }) => source.updateCustomerEmail(operation, ref, { email }),
    isSet: (customer, { email }) => customer.email?.toLowerCase() === email.trim().toLowerCase(),
  }),

  updateCustomerIdentity: updateCommand<UpdateCustomerIdentityInput>({
    type: 'UpdateCustomerIdentityPayload',
    update: (source, operation, ref, input) => source.updateCustomerIdentity(operation, ref, identityBody(input)),
    isSet: (customer, input) =>
      customer.legalName === input.legalName &&
      customer.dateOfBirth === input.dateOfBirth &&
      sameText(customer.title, input.title) &&
      sameText(customer.nameSuffix, input.nameSuffix),
  }),

  updateCustomerMobileNumber: updateCommand<UpdateCustomerMobileNumberInput>({
    type: 'UpdateCustomerMobileNumberPayload',
    ownInput: ['customerId', 'bankId', 'mobilePhoneNumber'],
    update: (source, operation, ref, { mobilePhoneNumber }) =>
      source.updateCustomerMobileNumber(operation, ref, { mobile_phone_number: mobilePhoneNumber }),
    isSet: (customer, { mobilePhoneNumber }) => customer.mobilePhoneNumber === mobilePhoneNumber,
  }),

  /**
   * The provider keeps social media handles by customer number, so a customer with another's former number has its
   * handle: the number is a link. It refuses the customer's own number as taken, so one that is set already is not sent.
   */
  updateCustomerNumber: updateCommand<UpdateCustomerNumberInput>({
    type: 'UpdateCustomerNumberPayload',
    extraScopes: () => ['links:write'],
    update: (source, operation, ref, { customerNumber }) =>
      source.updateCustomerNumber(operation, ref, { customer_number: customerNumber }),
    isSet: (customer, { customerNumber }) => customer.number === customerNumber,
    clear: (instance, operation, ref) => operation.loader(instance, handles).clear(ref),
    skipIfSet: true,
  }),
}
