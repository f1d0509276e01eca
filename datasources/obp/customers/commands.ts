import type { CreateCustomerInput, Customer, LinkCustomerInput } from '../../../schema/customer.js'
import type {
  CreateCustomerAttributeInput,
  CustomerAttribute,
  DeleteCustomerAttributeInput,
  UpdateCustomerAttributeInput,
} from '../../../schema/customer-attribute.js'
import { command } from '../../contract/operations.js'
import { ApiError, invalidInput } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess, CustomerRef } from '../bank-access.js'
import { obpError } from '../error-mapping.js'
import { LINKS } from './contract.js'
import type { CustomerSource } from './datasource.js'
import type { CustomerLoaders } from './queries.js'
import { attributeBody, createBody, isLinkName, toAttribute, toCustomer } from './mapping.js'

/** Who knows persons is another room: whoever joins the two brings along how to find out that the one named is there; it throws where not. */
export interface Linking extends LinkCustomerInput {
  readonly personExists: () => Promise<void>
}

const LINK_MEMBERS = Object.keys(LINKS) as (keyof typeof LINKS)[]
const givenIn = (input: LinkCustomerInput) => LINK_MEMBERS.filter((member) => input[member] !== undefined)

/** Links have one way in and out: through an attribute, one could be made whose other end does not exist. */
function refuseLinkName(name: string, field: string): void {
  if (isLinkName(name)) throw invalidInput({ [field]: ['is made only by linkCustomer'] })
}

/** Writes to customers and their attributes. The provider knows no idempotency keys: what adds a row adds another one each time. */
export function customerCommands(source: CustomerSource, banks: BankAccess, customers: CustomerLoaders, drift: Drift) {
  /** The customer's attribute of this id, if it is one; the provider would take anybody's. */
  async function attributeOf(input: UpdateCustomerAttributeInput | DeleteCustomerAttributeInput) {
    const { place, attributes } = await customers.named({ id: input.customerId, bankId: input.bankId })
    return { place, attribute: (await attributes()).find(({ id }) => id === input.attributeId) }
  }

  const noAttribute = () => obpError('NOT_FOUND', 'The customer has no such attribute.')

  /** After a write, however it ended, the operation must not see what it read before. */
  async function changing<Done>(place: CustomerRef, write: Promise<Done>): Promise<Done> {
    try {
      return await write
    } finally {
      customers.forget(place)
    }
  }

  return {
    createCustomer: command<CreateCustomerInput, { customer: Customer }>({
      scope: 'customers:write',
      extraScopes: ({ kycStatus }) => (kycStatus ? ['kyc:write'] : []),
      type: 'CreateCustomerPayload',
      repeatable: false,
      async run(input) {
        const bankId = banks.required(input.bankId)
        return { customer: toCustomer(await source.createCustomer(bankId, createBody(input)), drift) }
      },
    }),

    createCustomerAttribute: command<CreateCustomerAttributeInput, { attribute: CustomerAttribute }>({
      scope: 'customers:write',
      type: 'CreateCustomerAttributePayload',
      repeatable: false,
      async run(input) {
        refuseLinkName(input.name, 'input.name')
        const { place } = await customers.named({ id: input.customerId, bankId: input.bankId })
        return {
          attribute: toAttribute(
            await changing(place, source.createCustomerAttribute(place.bankId, place.id, attributeBody(input))),
            drift,
          ),
        }
      },
    }),

    updateCustomerAttribute: command<UpdateCustomerAttributeInput, { attribute: CustomerAttribute }>({
      scope: 'customers:write',
      type: 'UpdateCustomerAttributePayload',
      // A late repeat would take back what was set since.
      repeatable: false,
      async readBack(input) {
        const { attributes } = await customers.afresh({ id: input.customerId, bankId: input.bankId })
        const attribute = (await attributes()).find(({ id }) => id === input.attributeId)
        return attribute?.name === input.name && attribute.type === input.type && attribute.value === input.value
          ? { attribute }
          : null
      },
      async run(input) {
        refuseLinkName(input.name, 'input.name')
        const { place, attribute } = await attributeOf(input)
        if (!attribute) throw noAttribute()
        refuseLinkName(attribute.name, 'input.attributeId')
        const sent = source.updateCustomerAttribute(place.bankId, place.id, attribute.id, attributeBody(input))
        return { attribute: toAttribute(await changing(place, sent), drift) }
      },
    }),

    deleteCustomerAttribute: command<DeleteCustomerAttributeInput, { deletedId: string }>({
      scope: 'customers:write',
      type: 'DeleteCustomerAttributePayload',
      repeatable: true,
      async run(input, { isRetry }) {
        const { place, attribute } = await attributeOf(input)
        if (attribute) {
          refuseLinkName(attribute.name, 'input.attributeId')
          await changing(place, source.deleteCustomerAttribute(place.bankId, attribute.id))
        } else if (!isRetry) throw noAttribute()
        return { deletedId: input.attributeId }
      },
    }),

    linkCustomer: command<Linking, { customer: Customer }>({
      scope: 'customers:write',
      extraScopes: ({ personId }) => (personId == null ? [] : ['persons:read']),
      ignoredInput: ['personExists'],
      type: 'LinkCustomerPayload',
      repeatable: false,
      async readBack(input) {
        const { customer, attributes } = await customers.afresh({ id: input.customerId, bankId: input.bankId })
        const now = await attributes()
        const isAsWanted = (member: keyof typeof LINKS) => {
          const rows = now.filter(({ name }) => name === LINKS[member])
          const value = input[member] ?? null
          return value === null ? rows.length === 0 : rows.length > 0 && rows.every((row) => row.value === value)
        }
        return givenIn(input).every(isAsWanted) ? { customer } : null
      },
      async run(input) {
        const given = givenIn(input)
        if (given.length === 0) throw invalidInput({ input: [`must have at least one of ${LINK_MEMBERS.join(', ')}`] })
        await input.personExists()
        const { place, customer, attributes } = await customers.named({ id: input.customerId, bankId: input.bankId })
        const before = await attributes()
        let some = false
        const carryOut = async (step: Promise<unknown>) => {
          await step
          some = true
        }
        try {
          for (const member of given) {
            const value = input[member] ?? null
            const rows = before.filter(({ name }) => name === LINKS[member])
            if (value === null)
              for (const { id } of rows) await carryOut(source.deleteCustomerAttribute(place.bankId, id))
            else {
              const body = { name: LINKS[member], type: 'STRING', value }
              if (rows.length === 0) await carryOut(source.createCustomerAttribute(place.bankId, place.id, body))
              for (const row of rows)
                if (row.value !== value)
                  await carryOut(source.updateCustomerAttribute(place.bankId, place.id, row.id, body))
            }
          }
        } catch (error) {
          // A refusal says that nothing was done. What may be asked again is finished then.
          if (some && error instanceof ApiError && error.extensions['retryable'] !== true)
            throw obpError('OUTCOME_UNKNOWN', 'Some of the links were set, and another was refused.')
          throw error
        } finally {
          // Some of it may have been done.
          customers.forget(place)
        }
        return { customer }
      },
    }),
  }
}
