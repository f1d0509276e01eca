import type { Dataset, Tokens } from './dataset.js'
import {
  ALIASES,
  CREATE_PERSON,
  CUSTOMER,
  CUSTOMER_PAGE,
  customersPage,
  ENTITIES,
  type Operation,
  PERSONS,
  SET_ENTITLEMENTS,
  STORED_VERIFICATION,
  TEN_PERSONS,
  UNIQUE,
  VERIFY_ACCOUNT,
} from './operations.js'

export interface Target {
  /** The contender that this server is compared with. */
  readonly against: string
  readonly atLeast: number
}

export interface Workload {
  /** The operation's name in the request; the raw server finds its handler by it. */
  readonly name: string
  readonly title: string
  readonly operations: readonly Operation[]
  readonly tokens: keyof Tokens
  /** Operations that run once before the measurement. */
  readonly prepare: readonly Operation[]
  /** Contenders beside this server. */
  readonly contenders: readonly string[]
  readonly targets: readonly Target[]
  /** The largest allowed number of provider calls for one operation. */
  readonly maxCalls?: number | undefined
  /** The code of the error that each response has to hold; without it every error is a wrong response. */
  readonly errorCode?: string | undefined
}

/** An operation that succeeds, and the same operation when it ends in an error. */
export interface ErrorWorkloads {
  readonly success: Workload
  readonly errors: readonly Workload[]
}

const VARIANTS = 16

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const base = { tokens: 'full', prepare: [], targets: [], contenders: [] } as const

export const verifyAccounts = ({ members }: Dataset): Operation[] =>
  members.map(({ account, name }) => ({
    query: VERIFY_ACCOUNT,
    variables: {
      input: {
        types: ['NAME'],
        account: { type: 'PERSONAL', idScheme: 'SCAN', id: account, name },
        maxAgeSeconds: 86_400,
      },
    },
  }))

const setEntitlements = ({ members }: Dataset): Operation[] =>
  members.map(({ bankingCustomerId, account }) => ({
    query: SET_ENTITLEMENTS,
    variables: {
      input: {
        bankingCustomerId,
        accounts: [{ accountNumber: account, productType: 'CHECKING', productCode: 'DDA_01' }],
        electronicStatementElection: true,
        electronicDocumentElection: true,
        roles: { view: true, billPay: true },
      },
    },
  }))

const createPersons = (): Operation[] =>
  times(VARIANTS, (i) => ({
    query: CREATE_PERSON,
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
  }))

const personAt = ({ personIds }: Dataset, i: number): string => personIds[i % personIds.length]!

const tenPersons = (dataset: Dataset): Operation[] =>
  times(VARIANTS, (i) => ({
    query: TEN_PERSONS,
    variables: Object.fromEntries(ALIASES.map((alias, k) => [alias, personAt(dataset, i * 10 + k)])),
  }))

const entities = (dataset: Dataset): Operation[] =>
  times(8, (i) => ({
    query: ENTITIES,
    variables: {
      representations: times(100, (k) => ({ __typename: 'Person', id: personAt(dataset, i * 100 + k) })),
    },
  }))

function customerWorkloads(dataset: Dataset): Workload[] {
  return [
    {
      ...base,
      name: 'CustomerPage',
      title: '(a) customer page: one customer, all collections, person, verifications, entitlements',
      operations: dataset.members.map(({ customerId }) => ({ query: CUSTOMER_PAGE, variables: { id: customerId } })),
      prepare: setEntitlements(dataset),
      contenders: ['raw', 'plain', 'hive'],
      // The customer, the person and eleven collections.
      maxCalls: 13,
    },
    {
      ...base,
      name: 'Customers',
      title: '(b) a page of 25 customers with their persons',
      operations: dataset.customerPages.map((after) => customersPage(25, after)),
      contenders: ['raw', 'plain', 'hive'],
      targets: [
        { against: 'raw', atLeast: 0.65 },
        { against: 'plain', atLeast: 4 },
        { against: 'hive', atLeast: 6 },
      ],
      // The list, the persons, and each customer's attributes, which the list does not hold.
      maxCalls: 27,
    },
  ]
}

function personWorkloads(dataset: Dataset): Workload[] {
  return [
    {
      ...base,
      name: 'TenPersons',
      title: '(c) ten persons by alias',
      operations: tenPersons(dataset),
      contenders: ['raw', 'raw-ten', 'plain', 'hive'],
      targets: [
        { against: 'raw', atLeast: 0.45 },
        { against: 'raw-ten', atLeast: 1.3 },
        { against: 'plain', atLeast: 4 },
        { against: 'hive', atLeast: 6 },
      ],
      maxCalls: 1,
    },
    {
      ...base,
      name: 'StoredVerification',
      title: '(d) a stored verification by id, from Redis',
      operations: dataset.verificationIds.map((id) => ({ query: STORED_VERIFICATION, variables: { id } })),
      prepare: verifyAccounts(dataset),
      contenders: ['raw', 'bare'],
      targets: [{ against: 'raw', atLeast: 0.5 }],
      maxCalls: 0,
    },
    {
      ...base,
      name: 'VerifyAccount',
      title: '(e) verifyAccount answered from Redis',
      operations: verifyAccounts(dataset),
      contenders: ['raw'],
      maxCalls: 0,
    },
    {
      ...base,
      name: 'CreatePerson',
      title: '(f) createPerson with an idempotency key',
      operations: createPersons(),
      contenders: ['raw'],
      maxCalls: 1,
    },
  ]
}

function listWorkloads(dataset: Dataset): Workload[] {
  return [
    {
      ...base,
      name: 'Entities',
      title: '(g) _entities of 100 persons',
      operations: entities(dataset),
      contenders: ['raw'],
      maxCalls: 1,
    },
    {
      ...base,
      name: 'Persons',
      title: '(h) a list of 100 persons, masked',
      operations: dataset.personPages.map((after) => ({ query: PERSONS, variables: { after } })),
      tokens: 'masked',
      contenders: ['raw', 'plain', 'hive'],
      targets: [{ against: 'raw', atLeast: 0.4 }],
      maxCalls: 1,
    },
    {
      ...base,
      name: 'TenPersons',
      title: '(c) the same ten persons for one and the same caller',
      operations: tenPersons(dataset).slice(0, 1),
      contenders: ['raw'],
      maxCalls: 1,
    },
  ]
}

/** What is measured, in the order of the report. */
export const workloads = (dataset: Dataset): Workload[] => [
  ...customerWorkloads(dataset),
  ...personWorkloads(dataset),
  ...listWorkloads(dataset),
]

/** What an error costs: `customer(id)` that succeeds, is refused here, and is refused by its provider. */
export function errorWorkloads({ members, refusedCustomerIds }: Dataset): ErrorWorkloads {
  const customer = (id: string): Operation => ({ query: CUSTOMER, variables: { id } })
  const success = {
    ...base,
    name: 'Customer',
    title: 'customer(id) that succeeds',
    operations: members.map(({ customerId }) => customer(customerId)),
    maxCalls: 1,
  }
  return {
    success,
    errors: [
      {
        ...success,
        title: '(i) customer(id), refused: the scope is missing',
        tokens: 'withoutCustomers',
        errorCode: 'FORBIDDEN',
        maxCalls: 0,
      },
      {
        ...success,
        title: '(j) customer(id), refused by its provider',
        operations: refusedCustomerIds.map(customer),
        errorCode: 'PROVIDER_REFUSED',
      },
    ],
  }
}
