import { randomUUID } from 'node:crypto'
import { PEOPLE } from '../../emulator/people.js'
import type { Api, EndpointRequest } from './api.js'
import type { Customers } from './customers.js'
import { ResponseError } from './errors.js'
import type { User, Users } from './users.js'

interface StoredLink {
  readonly user_customer_link_id: string
  readonly customer_id: string
  readonly user_id: string
  readonly date_inserted: string
  readonly is_active: boolean
}

const UNSPECIFIED = 'OBP-50005: An unspecified or internal error occurred.'

/** Links between users and customers: each test person's user is linked to the person's customer. */
export class Links {
  #links: StoredLink[]

  constructor(
    readonly users: Users,
    readonly customers: Customers,
  ) {
    this.#links = PEOPLE.map(({ customerId }) => ({
      user_customer_link_id: customerId.replace(/^./, 'f'),
      customer_id: customerId,
      user_id: customerId.replace(/^./, 'e'),
      date_inserted: '2024-01-15T08:30:00Z',
      is_active: true,
    }))
  }

  /** The user and the customer of a body, checked in the provider's order. */
  #ends(request: EndpointRequest): { readonly user: User; readonly customer_id: string; readonly ofBank: boolean } {
    const bankId = request.bank()
    const { user_id, customer_id } = request.body(
      { user_id: 'text', customer_id: 'text' },
      'CreateUserCustomerLinkJson ',
    )
    if (!user_id || !customer_id) throw new ResponseError(400, UNSPECIFIED)
    const user = this.users.find(user_id)
    if (!user) throw new ResponseError(400, 'OBP-20005: User not found. Please specify a valid value for USER_ID.')
    const customer = this.customers.byId(customer_id)
    if (!customer)
      throw new ResponseError(400, 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.')
    return { user, customer_id, ofBank: customer.bank_id === bankId }
  }

  #list(request: EndpointRequest, matches: (link: StoredLink) => boolean) {
    request.bank()
    request.role('CanGetUserCustomerLink')
    return { status: 200, body: { user_customer_links: this.#links.filter(matches) } }
  }

  routes({ endpoint }: Api): void {
    endpoint(
      'POST',
      '/banks/:bankId/user_customer_links',
      (request) => {
        if (!/^[A-Za-z0-9._-]{1,254}$/.test(request.params['bankId']!))
          throw new ResponseError(
            400,
            "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
          )
        const { user, customer_id, ofBank } = this.#ends(request)
        request.role('CanCreateUserCustomerLink', 'CanCreateUserCustomerLinkAtAnyBank')
        if (!ofBank) throw new ResponseError(400, UNSPECIFIED)
        const user_id = user.userId
        if (this.#links.some((link) => link.user_id === user_id && link.customer_id === customer_id))
          throw new ResponseError(
            400,
            'OBP-30007: The User is already linked to a Customer at the bank specified by BANK_ID',
          )
        const link = {
          user_customer_link_id: randomUUID(),
          customer_id,
          user_id,
          date_inserted: new Date().toISOString().replace(/\.\d+/, ''),
          is_active: true,
        }
        this.#links.push(link)
        user.customerIds.push(customer_id)
        return { status: 201, body: link }
      },
      'old',
    )

    endpoint('GET', '/banks/:bankId/user_customer_links/customers/:customerId', (request) =>
      this.#list(request, (link) => link.customer_id === request.params['customerId']),
    )
    endpoint('GET', '/banks/:bankId/user_customer_links/users/:userId', (request) =>
      this.#list(request, (link) => link.user_id === request.params['userId']),
    )

    endpoint('DELETE', '/banks/:bankId/user_customer_links/:linkId', (request) => {
      request.bank()
      request.role('CanDeleteUserCustomerLink')
      const link = this.#links.find(({ user_customer_link_id }) => user_customer_link_id === request.params['linkId'])
      if (!link) throw new ResponseError(400, 'OBP-30035: User Customer Link not found')
      this.#links = this.#links.filter((other) => other !== link)
      const customerIds = this.users.find(link.user_id)?.customerIds
      customerIds?.splice(customerIds.indexOf(link.customer_id), 1)
      return { status: 200, body: { value: { value: true } } }
    })
  }
}
