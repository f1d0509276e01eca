import { decode } from '../cursors.js'
import { ALIASES, type Operation } from '../operations.js'
import type { Workload } from '../workloads.js'

export const CUSTOMER =
  'customer_id customer_number legal_name email mobile_phone_number date_of_birth kyc_status last_ok_date credit_limit { currency amount }'
export const PERSON = 'id first_name last_name status verification_status email phone_number dob creation_time'

const CUSTOMER_PAGE = `query CustomerPage($id: String) { customer(id: $id) { ${CUSTOMER}
  attributes { customer_attributes { customer_attribute_id name type value } person { id first_name last_name status verification_status verifications { verifications { verification_type result verification_time } } } }
  addresses { addresses { customer_address_id line_1 city postcode country_code } }
  tax_residences { tax_residence { tax_residence_id domain tax_number } }
  handles { checks { type handle } }
  user_links { user_customer_links { user_customer_link_id user_id is_active } }
  credit_limit_requests { rank_amount_1 nominal_interest_1 }
  kyc_checks { checks { id date how staff_name satisfied comments } }
  kyc_documents { documents { id type number expiry_date } }
  kyc_media { medias { id type url date } }
  kyc_statuses { statuses { ok date } }
} }`

const QUERIES: Readonly<Record<string, string>> = {
  CustomerPage: CUSTOMER_PAGE,
  Customers: `query Customers($limit: String, $offset: String) { customers(limit: $limit, offset: $offset) { customers { ${CUSTOMER} attributes { person { ${PERSON} } } } } }`,
  TenPersons: `query TenPersons(${ALIASES.map((alias) => `$${alias}: String`).join(', ')}) { ${ALIASES.map((alias) => `${alias}: person(id: $${alias}) { ${PERSON} }`).join(' ')} }`,
  Persons: `query Persons { persons { persons { ${PERSON} legal_address { address_line_1 city country_code } } next_page_token } }`,
  PersonsAfter: `query Persons($token: String) { persons: persons_after(token: $token) { persons { ${PERSON} legal_address { address_line_1 city country_code } } next_page_token } }`,
}

/** The same operation in Hive Gateway's schema, which is the providers' own. */
export function translate({ name }: Workload, { variables }: Operation): Operation {
  const { after, first } = variables as { after?: string | null; first?: number }
  if (name === 'Customers') {
    // No customer beyond the page is asked for: Hive Gateway would fetch that one's person too.
    return {
      query: QUERIES[name]!,
      variables: { limit: String(first), offset: String(after == null ? 0 : decode(after)[0]) },
    }
  }
  if (name === 'Persons' && after != null)
    return { query: QUERIES['PersonsAfter']!, variables: { token: decode(after)[0] } }
  return { query: QUERIES[name]!, variables: name === 'Persons' ? {} : variables }
}
