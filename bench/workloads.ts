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
  THOUSAND_CUSTOMERS,
  UNIQUE,
  VERIFY_ACCOUNT,
} from './operations.js'

export interface Workload {
  /** How the options and the tables call it. */
  readonly id: string
  /** The operation's name in the request; the raw server finds its handler by it. */
  readonly name: string
  readonly title: string
  /** More than are in flight at a time, so that no two in flight are the same; fewer where sharing is measured. */
  readonly operations: readonly Operation[]
  readonly tokens: keyof Tokens
  /** How many callers take turns; all when left out. */
  readonly callers?: number | undefined
  readonly connections: number
  /** Requests that are sent to each contender before the measurement. */
  readonly warmUp: number
  /** Operations that run once before the measurement. */
  readonly prepare: readonly Operation[]
  /** Contenders beside this server. */
  readonly contenders: readonly string[]
  /** The largest and smallest allowed number of this server's provider calls for one operation. */
  readonly calls: { readonly atMost: number; readonly atLeast?: number | undefined }
  /** The code of the error that each response has to hold; without it every error is a wrong response. */
  readonly errorCode?: string | undefined
}

/** An operation that succeeds, and the same operation when it ends in an error. */
export interface ErrorWorkloads {
  readonly success: Workload
  readonly errors: readonly Workload[]
}

/** How many operations differ where records do not set a number. */
const VARIANTS = 64
/**
 * How many results of a verification there are: more than the process holds in memory, and each of another caller or
 * account.
 */
const STORED = 1_280
const OTHERS = ['raw', 'strong', 'plain', 'hive'] as const
const ALL = [...OTHERS, 'tailcall'] as const

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
/** So few that admission control refuses none, however slow an operation is, and enough to keep a core busy. */
const CONNECTIONS = 16
const base = { tokens: 'full', prepare: [], contenders: [], connections: CONNECTIONS, warmUp: 20_000 } as const

const verifyAccount = (account: string, name: string): Operation => ({
  query: VERIFY_ACCOUNT,
  variables: {
    input: {
      types: ['NAME'],
      account: { type: 'PERSONAL', idScheme: 'SCAN', id: account, name },
      maxAgeSeconds: 86_400,
    },
  },
})

/** Verifications of many names, each with a result of its own; a caller asks for its own ones only. */
export const verifyNames = ({ members }: Dataset): Operation[] =>
  times(STORED, (i) => verifyAccount(members[i % members.length]!.account, `Family${i},Given`))

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
  times(Math.floor(dataset.personIds.length / 100), (i) => ({
    query: ENTITIES,
    variables: {
      representations: times(100, (k) => ({ __typename: 'Person', id: personAt(dataset, i * 100 + k) })),
    },
  }))

const customers = (dataset: Dataset) =>
  ({
    ...base,
    name: 'Customers',
    operations: dataset.customerPages.map((after) => customersPage(25, after)),
    warmUp: 4_000,
    // The list, the persons, and each customer's attributes, which the list does not hold.
    calls: { atMost: 27, atLeast: 27 },
  }) as const

function customerWorkloads(dataset: Dataset): Workload[] {
  return [
    {
      ...base,
      id: 'a',
      name: 'CustomerPage',
      title: '(a) customer page: one customer, all collections, person, verifications, entitlements',
      operations: dataset.members.map(({ customerId }) => ({ query: CUSTOMER_PAGE, variables: { id: customerId } })),
      prepare: setEntitlements(dataset),
      contenders: OTHERS,
      warmUp: 6_000,
      // The customer, the person and eleven collections.
      calls: { atMost: 13, atLeast: 12 },
    },
    {
      ...customers(dataset),
      id: 'b',
      title: '(b) a page of 25 customers with their persons',
      contenders: ALL,
    },
  ]
}

const tenPersonsWorkload = (dataset: Dataset) =>
  ({
    ...base,
    name: 'TenPersons',
    operations: tenPersons(dataset),
    calls: { atMost: 1, atLeast: 1 },
  }) as const

function personWorkloads(dataset: Dataset): Workload[] {
  return [
    {
      ...tenPersonsWorkload(dataset),
      id: 'c',
      title: '(c) ten persons by alias',
      contenders: ['raw', 'raw-ten', 'strong', 'plain', 'hive', 'tailcall'],
    },
    {
      ...base,
      id: 'd',
      name: 'StoredVerification',
      title: '(d) a stored verification by id, from Redis',
      operations: dataset.verificationIds.map((id) => ({ query: STORED_VERIFICATION, variables: { id } })),
      prepare: verifyNames(dataset),
      contenders: ['raw', 'strong'],
      warmUp: 20_000,
      calls: { atMost: 0 },
    },
    {
      ...base,
      id: 'e',
      name: 'VerifyAccount',
      title: '(e) verifyAccount answered from Redis',
      operations: verifyNames(dataset),
      prepare: verifyNames(dataset),
      warmUp: 20_000,
      contenders: ['raw'],
      calls: { atMost: 0 },
    },
    {
      ...base,
      id: 'f',
      name: 'CreatePerson',
      title: '(f) createPerson with an idempotency key',
      operations: createPersons(),
      contenders: ['raw'],
      calls: { atMost: 1, atLeast: 1 },
    },
  ]
}

function listWorkloads(dataset: Dataset): Workload[] {
  return [
    {
      ...base,
      id: 'g',
      name: 'Entities',
      title: '(g) _entities of 100 persons',
      operations: entities(dataset),
      contenders: ['raw'],
      warmUp: 4_000,
      calls: { atMost: 1, atLeast: 1 },
    },
    {
      ...base,
      id: 'h',
      name: 'Persons',
      title: '(h) a list of 100 persons, masked',
      operations: dataset.personPages.map((after) => ({ query: PERSONS, variables: { after } })),
      tokens: 'masked',
      contenders: ALL,
      warmUp: 4_000,
      calls: { atMost: 1, atLeast: 1 },
    },
  ]
}

/** What this server shares between callers, and what it has at hand: the same records in flight again and again. */
function sharingWorkloads(dataset: Dataset): Workload[] {
  const stored = personWorkloads(dataset).find(({ id }) => id === 'd')!
  return [
    {
      ...customers(dataset),
      id: 'b-shared',
      title: '(b-shared) four pages of 25 customers, each asked for by four callers at a time',
      operations: customers(dataset).operations.slice(0, 4),
      contenders: ['raw', 'strong'],
      calls: { atMost: 27 },
    },
    {
      ...tenPersonsWorkload(dataset),
      id: 'c-shared',
      title: '(c-shared) the same ten persons for all callers',
      operations: tenPersons(dataset).slice(0, 1),
      contenders: ['raw', 'strong'],
      calls: { atMost: 1 },
    },
    {
      ...stored,
      id: 'd-at-hand',
      title: '(d-at-hand) a stored verification that the process has at hand',
      operations: stored.operations.slice(0, 256),
      prepare: [],
      warmUp: 20_000,
    },
  ]
}

/** What is measured beside other servers, in the order of the report. */
export const workloads = (dataset: Dataset): Workload[] => [
  ...customerWorkloads(dataset),
  ...personWorkloads(dataset),
  ...listWorkloads(dataset),
  ...sharingWorkloads(dataset),
]

/** What an error costs: `customer(id)` that succeeds, is refused here, and is refused by its provider. */
export function errorWorkloads({ customerIds, refusedCustomerIds }: Dataset): ErrorWorkloads {
  const customer = (id: string): Operation => ({ query: CUSTOMER, variables: { id } })
  const success: Workload = {
    ...base,
    id: 'success',
    name: 'Customer',
    title: 'customer(id) that succeeds',
    operations: customerIds.slice(0, VARIANTS).map(customer),
    calls: { atMost: 1, atLeast: 1 },
  }
  return {
    success,
    errors: [
      {
        ...success,
        id: 'i',
        title: '(i) customer(id), refused: the scope is missing',
        tokens: 'withoutCustomers',
        errorCode: 'FORBIDDEN',
        calls: { atMost: 0 },
      },
      {
        ...success,
        id: 'j',
        title: '(j) customer(id), refused by its provider',
        operations: refusedCustomerIds.slice(0, VARIANTS).map(customer),
        errorCode: 'PROVIDER_REFUSED',
      },
    ],
  }
}

/** A page of customers at each size, with about as many rows in flight as there are. */
export function growthWorkloads(dataset: Dataset): (Workload & { readonly rows: number })[] {
  const { customerPages, hundreds } = dataset
  const page = (rows: number, connections: number, warmUp: number, operations: readonly Operation[]) => ({
    ...customers(dataset),
    id: `growth-${rows}`,
    title: `${rows} customers`,
    rows,
    connections,
    warmUp,
    operations,
    calls: { atMost: rows + 2 * Math.ceil(rows / 100) },
  })
  const thousand = (turn: number): Operation => ({
    query: THOUSAND_CUSTOMERS,
    variables: Object.fromEntries(ALIASES.map((alias, i) => [alias, hundreds[(turn * 10 + i) % hundreds.length]])),
  })
  return [
    page(
      1,
      CONNECTIONS,
      2_000,
      customerPages.map((after) => customersPage(1, after)),
    ),
    page(
      10,
      CONNECTIONS,
      1_000,
      customerPages.map((after) => customersPage(10, after)),
    ),
    page(
      100,
      8,
      200,
      hundreds.map((after) => customersPage(100, after)),
    ),
    { ...page(1_000, 1, 30, times(8, thousand)), name: 'ThousandCustomers' },
  ]
}
