import { ADA, BANK, type Person, CROWD } from '../../../../datasources/emulator/people.js'
import type { SurfaceRow } from './row.js'

const LINKS = `/obp/v4.0.0/banks/${BANK}/user_customer_links`
/** The user and the link that the emulator gives everybody of the cast. */
const userOf = ({ customerId }: Person) => customerId.replace(/^./, 'e')
const linkOf = ({ customerId }: Person) => customerId.replace(/^./, 'f')
const userId = userOf(ADA)
const linkId = linkOf(CROWD[2]!)
const ADAS = { userId, customerId: ADA.customerId, insertedAt: '2024-01-15T08:30:00.000Z', isActive: true }

export const linksRows: SurfaceRow[] = [
  {
    n: 9,
    operation: 'createUserCustomerLinks',
    query:
      'mutation($input: CreateUserCustomerLinkInput!) { createUserCustomerLink(input: $input) { link { userId customerId isActive } } }',
    variables: { input: { userId, customerId: CROWD[1]!.customerId } },
    request: () => ({ method: 'POST', path: LINKS, body: { user_id: userId, customer_id: CROWD[1]!.customerId } }),
    data: { createUserCustomerLink: { link: { userId, customerId: CROWD[1]!.customerId, isActive: true } } },
  },
  {
    n: 15,
    operation: 'deleteUserCustomerLink',
    query: 'mutation($input: DeleteUserCustomerLinkInput!) { deleteUserCustomerLink(input: $input) { deletedId } }',
    variables: { input: { linkId } },
    request: () => ({ method: 'DELETE', path: `${LINKS}/${linkId}` }),
    data: { deleteUserCustomerLink: { deletedId: linkId } },
  },
  {
    n: 31,
    operation: 'getUserCustomerLinksByCustomerId',
    query: 'query($id: ID!) { customer(id: $id) { userLinks { userId customerId insertedAt isActive } } }',
    variables: { id: ADA.customerId },
    request: ({ id }) => ({ method: 'GET', path: `${LINKS}/customers/${id}` }),
    data: { customer: { userLinks: [ADAS] } },
  },
  {
    n: 32,
    operation: 'getUserCustomerLinksByUserId',
    query: 'query($userId: ID!) { userCustomerLinks(userId: $userId) { userId customerId customer { id } } }',
    variables: { userId: userOf(CROWD[3]!) },
    request: (variables) => ({ method: 'GET', path: `${LINKS}/users/${variables['userId']}` }),
    data: { userCustomerLinks: [{ customerId: CROWD[3]!.customerId, customer: { id: CROWD[3]!.customerId } }] },
  },
]
