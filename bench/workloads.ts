/** A GraphQL request. In variables `UNIQUE` stands for a text that no other request of the run has. */
export interface Operation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Tokens {
  readonly full: readonly string[]
  /** Without `pii:read`. */
  readonly masked: readonly string[]
}

/** Who and what there is to ask about. */
export interface World {
  readonly members: readonly {
    readonly customerId: string
    readonly bankingCustomerId: string
    readonly account: string
    readonly name: string
  }[]
  readonly personIds: readonly string[]
  readonly personPages: readonly (string | null)[]
  /** Cursors of pages of 25. */
  readonly customerPages: readonly (string | null)[]
  /** Cursors of pages of 100. */
  readonly hundreds: readonly (string | null)[]
  readonly verificationIds: readonly string[]
}

export interface Target {
  readonly against: string
  readonly atLeast: number
}

export interface Workload {
  /** The operation's name in what is sent, by which the raw server knows what is asked. */
  readonly name: string
  readonly title: string
  readonly operations: readonly Operation[]
  readonly tokens: keyof Tokens
  /** Done once before measuring. */
  readonly prepare: readonly Operation[]
  /** Beside this server. */
  readonly contenders: readonly string[]
  readonly targets: readonly Target[]
  /** Most provider calls for one operation. */
  readonly mostCalls?: number | undefined
}

export const UNIQUE = 'UNIQUE-0000000000000000'
export const PAGES_OF_CUSTOMERS = 8
const VARIANTS = 16

const CUSTOMER =
  'id number legalName email mobilePhoneNumber dateOfBirth kycStatus lastOkDate creditLimit { currency amount }'
const PERSON = 'id firstName lastName status verificationStatus email phoneNumber dateOfBirth createdAt'

const PAGE_OF_ONE = `query CustomerPage($id: ID!) {
  customer(id: $id) {
    ${CUSTOMER}
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

const CUSTOMERS = `query Customers($first: Int, $after: String) {
  customers(first: $first, after: $after) { nodes { ${CUSTOMER} person { ${PERSON} } } pageInfo { endCursor hasNextPage } }
}`

const LETTERS = [...'abcdefghij']
const TEN_PERSONS = `query TenPersons(${LETTERS.map((letter) => `$${letter}: ID!`).join(', ')}) {
  ${LETTERS.map((letter) => `${letter}: person(id: $${letter}) { ${PERSON} }`).join('\n  ')}
}`

const VERIFICATION =
  'id state fromCache checkedAt account { id status nameCheckStatus respondedName } responder { scheme responseCodes }'
const REMEMBERED = `query Remembered($id: ID!) { verificationResult(id: $id) { ${VERIFICATION} } }`
const VERIFY = `mutation Verify($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { ${VERIFICATION} } } }`
const CREATE = `mutation CreatePerson($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { ${PERSON} } } }`
const ENTITLE = `mutation Entitle($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { replayed } }`
const ENTITIES = `query Entities($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { ${PERSON} } } }`
const PERSONS = `query Persons($after: String) { persons(first: 100, after: $after) { nodes { ${PERSON} legalAddress { line1 city countryCode } } pageInfo { endCursor hasNextPage } } }`

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

export const verify = (world: World): Operation[] =>
  world.members.map(({ account, name }) => ({
    query: VERIFY,
    variables: {
      input: {
        types: ['NAME'],
        account: { type: 'PERSONAL', idScheme: 'SCAN', id: account, name },
        maxAgeSeconds: 86_400,
      },
    },
  }))

/** The pages of a bank's customers, of any length up to a hundred. */
export const pageOf = (first: number, after: string | null): Operation => ({
  query: CUSTOMERS,
  variables: { first, after },
})

/** What is measured, in the order of the report. */
export function workloads(world: World): Workload[] {
  const person = (i: number) => world.personIds[i % world.personIds.length]!
  const tens = times(VARIANTS, (i) => ({
    query: TEN_PERSONS,
    variables: Object.fromEntries(LETTERS.map((letter, k) => [letter, person(i * 10 + k)])),
  }))
  const customers = world.customerPages.map((after) => pageOf(25, after))
  const base = { tokens: 'full', prepare: [], targets: [] } as const

  return [
    {
      ...base,
      name: 'CustomerPage',
      title: '(a) customer page: one customer, all collections, person, verifications, entitlements',
      operations: world.members.map(({ customerId }) => ({ query: PAGE_OF_ONE, variables: { id: customerId } })),
      prepare: world.members.map(({ bankingCustomerId, account }) => ({
        query: ENTITLE,
        variables: {
          input: {
            bankingCustomerId,
            accounts: [{ accountNumber: account, productType: 'CHECKING', productCode: 'DDA_01' }],
            electronicStatementElection: true,
            electronicDocumentElection: true,
            roles: { view: true, billPay: true },
          },
        },
      })),
      contenders: ['raw', 'plain', 'hive'],
      // The customer, the person and eleven collections.
      mostCalls: 13,
    },
    {
      ...base,
      name: 'Customers',
      title: '(b) a page of 25 customers with their persons',
      operations: customers,
      contenders: ['raw', 'plain', 'hive'],
      targets: [
        { against: 'raw', atLeast: 0.65 },
        { against: 'plain', atLeast: 4 },
        { against: 'hive', atLeast: 6 },
      ],
      // The list, the persons, and each customer's attributes: the list does not print them.
      mostCalls: 27,
    },
    {
      ...base,
      name: 'TenPersons',
      title: '(c) ten persons by alias',
      operations: tens,
      contenders: ['raw', 'raw-ten', 'plain', 'hive'],
      targets: [
        { against: 'raw', atLeast: 0.45 },
        { against: 'raw-ten', atLeast: 1.3 },
        { against: 'plain', atLeast: 4 },
        { against: 'hive', atLeast: 6 },
      ],
      mostCalls: 1,
    },
    {
      ...base,
      name: 'Remembered',
      title: '(d) a remembered verification by id, from Redis',
      operations: world.verificationIds.map((id) => ({ query: REMEMBERED, variables: { id } })),
      prepare: verify(world),
      contenders: ['raw', 'bare'],
      targets: [{ against: 'raw', atLeast: 0.5 }],
      mostCalls: 0,
    },
    {
      ...base,
      name: 'Verify',
      title: '(e) verifyAccount answered from Redis',
      operations: verify(world),
      contenders: ['raw'],
      mostCalls: 0,
    },
    {
      ...base,
      name: 'CreatePerson',
      title: '(f) createPerson with an idempotency key',
      operations: times(VARIANTS, (i) => ({
        query: CREATE,
        variables: {
          input: {
            idempotencyKey: UNIQUE,
            isCustomer: true,
            status: 'ACTIVE',
            firstName: `New${i}`,
            lastName: 'Member',
            dateOfBirth: '1990-01-02',
            email: `new${i}@example.com`,
          },
        },
      })),
      contenders: ['raw'],
      mostCalls: 1,
    },
    {
      ...base,
      name: 'Entities',
      title: '(g) _entities of 100 persons',
      operations: times(8, (i) => ({
        query: ENTITIES,
        variables: { representations: times(100, (k) => ({ __typename: 'Person', id: person(i * 100 + k) })) },
      })),
      contenders: ['raw'],
      mostCalls: 1,
    },
    {
      ...base,
      name: 'Persons',
      title: '(h) a list of 100 persons, masked',
      operations: world.personPages.map((after) => ({ query: PERSONS, variables: { after } })),
      tokens: 'masked',
      contenders: ['raw', 'plain', 'hive'],
      targets: [{ against: 'raw', atLeast: 0.4 }],
      mostCalls: 1,
    },
    {
      ...base,
      name: 'TenPersons',
      title: '(c) the same ten persons for one and the same caller',
      operations: tens.slice(0, 1),
      contenders: ['raw'],
      mostCalls: 1,
    },
  ]
}
