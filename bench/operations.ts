/** A GraphQL request. In variables `UNIQUE` stands for a text that no other request of the run has. */
export interface Operation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export const UNIQUE = 'UNIQUE-0000000000000000'

/** The parameters of the operation with ten aliases, which are the aliases too. */
export const ALIASES = [...'abcdefghij']

const CUSTOMER_FIELDS =
  'id number legalName email mobilePhoneNumber dateOfBirth kycStatus lastOkDate creditLimit { currency amount }'
const PERSON_FIELDS = 'id firstName lastName status verificationStatus email phoneNumber dateOfBirth createdAt'
const VERIFICATION_FIELDS =
  'id state fromCache checkedAt account { accountId status nameCheckStatus respondedName } responder { scheme responseCodes }'

export const CUSTOMER_PAGE = `query CustomerPage($id: ID!) {
  customer(id: $id) {
    ${CUSTOMER_FIELDS}
    attributes { id name type value }
    addresses { id line1 city postcode countryCode }
    taxResidences { id domain taxNumber }
    socialMediaHandles { type handle }
    userLinks { id userId isActive }
    creditLimitRequests { rankAmount1 nominalInterest1 }
    links { personId bankingCustomerId seiExternalId }
    kycChecks { id date how staffName satisfied comments }
    kycDocuments { id type number expiryDate }
    kycMedia { id type url date }
    kycStatuses { ok date }
    person { id firstName lastName status verificationStatus verifications { type result verifiedAt } }
    accountEntitlements { confirmed asOf items { account { accountNumber productType } roles { view basic billPay } } }
  }
}`

export const CUSTOMER = `query Customer($id: ID!) { customer(id: $id) { ${CUSTOMER_FIELDS} } }`

export const CUSTOMERS = `query Customers($first: Int, $after: String) {
  customers(first: $first, after: $after) { nodes { ${CUSTOMER_FIELDS} person { ${PERSON_FIELDS} } } pageInfo { endCursor hasNextPage } }
}`

export const TEN_PERSONS = `query TenPersons(${ALIASES.map((alias) => `$${alias}: ID!`).join(', ')}) {
  ${ALIASES.map((alias) => `${alias}: person(id: $${alias}) { ${PERSON_FIELDS} }`).join('\n  ')}
}`

export const STORED_VERIFICATION = `query StoredVerification($id: ID!) { verificationResult(id: $id) { ${VERIFICATION_FIELDS} } }`
export const VERIFY_ACCOUNT = `mutation VerifyAccount($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { ${VERIFICATION_FIELDS} } } }`
export const CREATE_PERSON = `mutation CreatePerson($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { ${PERSON_FIELDS} } } }`
export const SET_ENTITLEMENTS = `mutation SetEntitlements($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { replayed } }`
export const ENTITIES = `query Entities($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { ${PERSON_FIELDS} } } }`
export const PERSONS = `query Persons($after: String) { persons(first: 100, after: $after) { nodes { ${PERSON_FIELDS} legalAddress { line1 city countryCode } } pageInfo { endCursor hasNextPage } } }`

/** Ten pages of a hundred customers in one operation. */
export const THOUSAND_CUSTOMERS = `query ThousandCustomers(${ALIASES.map((alias) => `$${alias}: String`).join(', ')}) {
  ${ALIASES.map((alias) => `${alias}: customers(first: 100, after: $${alias}) { nodes { ${CUSTOMER_FIELDS} person { ${PERSON_FIELDS} } } }`).join('\n  ')}
}`

/** A page of the bank's customers, of at most a hundred. */
export const customersPage = (first: number, after: string | null): Operation => ({
  query: CUSTOMERS,
  variables: { first, after },
})
