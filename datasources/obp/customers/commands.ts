import type { CreateCustomerInput, Customer, LinkCustomerInput } from '../../../schema/customer.js'
import type {
  CreateCustomerAttributeInput,
  CustomerAttribute,
  DeleteCustomerAttributeInput,
  UpdateCustomerAttributeInput,
} from '../../../schema/customer-attribute.js'
import { ApiError, invalidInput, PartlyDone } from '../../contract/errors.js'
import type { OperationScope } from '../../contract/operation-scope.js'
import type { Attempt } from '../../contract/operations.js'
import { completeRows, findRow } from '../../contract/rows.js'
import { requiredBankOf } from '../bank-access.js'
import { recordEvidence } from '../changes.js'
import type { CustomerRef } from '../customer-ref.js'
import { obpError, TITLE } from '../error-mapping.js'
import { command, type ObpInstance } from '../instance.js'
import { maxAttributeLength } from '../server-releases.js'
import { LINKS } from './contract.js'
import { findCustomer, loadAttributes, reloadCustomer } from './customer-lookup.js'
import { clearCustomer } from './loaders.js'
import { attributeBody, createBody, isLinkName, linkValue, toAttribute, toCustomer } from './mapping.js'

/** Persons belong to another room, so the resolver adds a check that the named person exists; it throws where not. */
interface Linking extends LinkCustomerInput {
  readonly personExists: () => Promise<void>
}

type LinkMember = keyof typeof LINKS

const LINK_MEMBERS = Object.keys(LINKS) as LinkMember[]

/** The value that a link is to have; null where it is to be removed. */
const wantedValue = (input: LinkCustomerInput, member: LinkMember): string | null => {
  const given = input[member] ?? null
  return given !== null && member === 'personId' ? linkValue(given) : given
}

const givenMembers = (input: LinkCustomerInput) => LINK_MEMBERS.filter((member) => input[member] !== undefined)

/** Refuses a link's name in the attribute commands: they could link to a record that does not exist. */
function refuseLinkName(name: string, field: string): void {
  if (isLinkName(name)) throw invalidInput({ [field]: ['is made only by linkCustomer'] })
}

/** Refuses a value that the server's release has no room for. */
function refuseLongValue({ release }: ObpInstance, value: string): void {
  const maxLength = maxAttributeLength(release)
  if (value.length > maxLength)
    throw invalidInput({ 'input.value': [`must be at most ${maxLength} characters at this release of ${TITLE}`] })
}

const noAttribute = () => obpError('NOT_FOUND', 'The customer has no such attribute.')

/** Finds the attribute among the customer's own; the provider would accept any customer's. */
async function findAttribute(
  instance: ObpInstance,
  operation: OperationScope,
  input: UpdateCustomerAttributeInput | DeleteCustomerAttributeInput,
) {
  const { ref } = await findCustomer(instance, operation, input)
  const attributes = await loadAttributes(instance, operation, ref)
  return { ref, attribute: findRow(attributes, ({ id }) => id === input.attributeId) }
}

/** The writes that turn the stored attributes into the wanted link, one call each, in order. */
function* linkWrites(
  { sources }: ObpInstance,
  operation: OperationScope,
  { bankId, id }: CustomerRef,
  { member, value }: { readonly member: LinkMember; readonly value: string | null },
  stored: readonly CustomerAttribute[],
): Generator<Promise<unknown>> {
  const rows = stored.filter(({ name }) => name === LINKS[member])
  if (value === null)
    for (const row of rows) yield sources.attributes.deleteCustomerAttribute(operation, bankId, row.id)
  else {
    const body = { name: LINKS[member], type: 'STRING', value }
    if (rows.length === 0) yield sources.attributes.createCustomerAttribute(operation, bankId, id, body)
    for (const row of rows)
      if (row.value !== value) yield sources.attributes.updateCustomerAttribute(operation, bankId, id, row.id, body)
  }
}

/** The error of a link after others were set, which is no error that says that nothing was executed. */
function afterOthers(error: unknown, done: readonly string[]): unknown {
  if (!(error instanceof ApiError) || error.code === 'OUTCOME_UNKNOWN') return error
  return error.extensions['retryable'] === true
    ? new PartlyDone(error, done)
    : obpError('OUTCOME_UNKNOWN', 'Some of the links were set, and another was refused.')
}

/** Sets the links that an earlier attempt has not set, and records each change, also where a later one fails. */
async function setLinks(
  instance: ObpInstance,
  operation: OperationScope,
  ref: CustomerRef,
  input: LinkCustomerInput,
  attempt: Attempt,
): Promise<void> {
  const done = [...(attempt.done ?? [])]
  let anyWritten = false
  try {
    const stored = completeRows(await loadAttributes(instance, operation, ref))
    for (const member of givenMembers(input)) {
      if (done.includes(member)) continue
      const wanted = { member, value: wantedValue(input, member) }
      for (const write of linkWrites(instance, operation, ref, wanted, stored)) {
        await write
        anyWritten = true
      }
      done.push(member)
    }
    recordEvidence(instance, ref, attempt)
  } catch (error) {
    // The repeat that goes on is another change.
    if (anyWritten) recordEvidence(instance, ref, { id: `${attempt.id} ${done.join(' ')}` })
    throw anyWritten || attempt.done ? afterOthers(error, done) : error
  } finally {
    clearCustomer(instance, operation, ref)
  }
}

/** Commands on customers and their attributes. The provider has no idempotency keys: a repeated creation adds a row. */
export const customerCommands = {
  createCustomer: command<CreateCustomerInput, { customer: Customer }>({
    scope: 'customers:write',
    extraScopes: ({ kycStatus }) => (kycStatus ? ['kyc:write'] : []),
    type: 'CreateCustomerPayload',
    repeatable: false,
    async run(instance, operation, input) {
      const bankId = requiredBankOf(instance, operation, input.bankId)
      const row = await instance.sources.customers.createCustomer(operation, bankId, createBody(input))
      return { customer: toCustomer(row, instance.drift) }
    },
  }),

  createCustomerAttribute: command<CreateCustomerAttributeInput, { attribute: CustomerAttribute }>({
    scope: 'customers:write',
    type: 'CreateCustomerAttributePayload',
    repeatable: false,
    async run(instance, operation, input) {
      refuseLinkName(input.name, 'input.name')
      refuseLongValue(instance, input.value)
      const { ref } = await findCustomer(instance, operation, input)
      const row = await instance.sources.attributes
        .createCustomerAttribute(operation, ref.bankId, ref.id, attributeBody(input))
        .finally(() => clearCustomer(instance, operation, ref))
      return { attribute: toAttribute(row, instance.drift) }
    },
  }),

  updateCustomerAttribute: command<UpdateCustomerAttributeInput, { attribute: CustomerAttribute }>({
    scope: 'customers:write',
    type: 'UpdateCustomerAttributePayload',
    // A late repeat would revert a later change.
    repeatable: false,
    async readBack(instance, operation, input) {
      const { ref } = await reloadCustomer(instance, operation, input)
      const stored = await loadAttributes(instance, operation, ref)
      const attribute = findRow(stored, ({ id }) => id === input.attributeId)
      return attribute?.name === input.name && attribute.type === input.type && attribute.value === input.value
        ? { attribute }
        : null
    },
    async run(instance, operation, input) {
      refuseLinkName(input.name, 'input.name')
      refuseLongValue(instance, input.value)
      const { ref, attribute } = await findAttribute(instance, operation, input)
      if (!attribute) throw noAttribute()
      refuseLinkName(attribute.name, 'input.attributeId')
      const row = await instance.sources.attributes
        .updateCustomerAttribute(operation, ref.bankId, ref.id, attribute.id, attributeBody(input))
        .finally(() => clearCustomer(instance, operation, ref))
      return { attribute: toAttribute(row, instance.drift) }
    },
  }),

  deleteCustomerAttribute: command<DeleteCustomerAttributeInput, { deletedId: string }>({
    scope: 'customers:write',
    type: 'DeleteCustomerAttributePayload',
    repeatable: true,
    async run(instance, operation, input, { isRetry }) {
      const { ref, attribute } = await findAttribute(instance, operation, input)
      if (attribute) {
        refuseLinkName(attribute.name, 'input.attributeId')
        await instance.sources.attributes
          .deleteCustomerAttribute(operation, ref.bankId, attribute.id)
          .finally(() => clearCustomer(instance, operation, ref))
      } else if (!isRetry) throw noAttribute()
      return { deletedId: input.attributeId }
    },
  }),

  linkCustomer: command<Linking, { customer: Customer }>({
    scope: 'links:write',
    extraScopes: ({ personId }) => (personId == null ? [] : ['persons:read']),
    ignoredInput: ['personExists'],
    type: 'LinkCustomerPayload',
    repeatable: false,
    async readBack(instance, operation, input, attempt) {
      const { ref, customer } = await reloadCustomer(instance, operation, input)
      const stored = completeRows(await loadAttributes(instance, operation, ref))
      const isSet = (member: LinkMember) => {
        const rows = stored.filter(({ name }) => name === LINKS[member])
        const value = wantedValue(input, member)
        return value === null ? rows.length === 0 : rows.length > 0 && rows.every((row) => row.value === value)
      }
      if (!givenMembers(input).every(isSet)) return null
      recordEvidence(instance, ref, attempt)
      return { customer }
    },
    async run(instance, operation, input, attempt) {
      if (givenMembers(input).length === 0)
        throw invalidInput({ input: [`must have at least one of ${LINK_MEMBERS.join(', ')}`] })
      await input.personExists()
      const { ref, customer } = await findCustomer(instance, operation, input)
      await setLinks(instance, operation, ref, input, attempt)
      return { customer }
    },
  }),
}
