import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { listContract } from '../../http/list-contract.js'
import { Instant } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: links between users and customers.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=User,Customer
 */

const Link = Type.Object({
  user_customer_link_id: Type.String({ minLength: 1 }),
  customer_id: Type.String({ minLength: 1 }),
  user_id: Type.String({ minLength: 1 }),
  date_inserted: Instant,
  is_active: Type.Boolean(),
})

export const answers = {
  link: contract(Link),
  links: listContract('user_customer_links', Link),
}

export type ObpLink = Static<typeof Link>

export interface LinkBody {
  user_id: string
  customer_id: string
}
