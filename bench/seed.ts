import { CROWD } from '../datasources/emulator/people.js'
import type { Dataset } from './dataset.js'
import { CUSTOMERS, type Operation } from './operations.js'
import { verifyNames } from './workloads.js'

/** Runs an operation as the first caller; fails when it has errors. */
export type RunOperation = <Data>(query: string, variables?: Operation['variables']) => Promise<Data>

interface Connection {
  readonly nodes: readonly { readonly id: string }[]
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean }
}

/** With more operations than are in flight at a time, no two in flight are the same. */
const PAGES_OF_CUSTOMERS = 64
const PAGES_OF_PERSONS = 40
const CONCURRENCY = 20

/** How many records there are, beside those that the emulators begin with. */
const CUSTOMERS_OF_CROWD = 1_700
const PERSONS_OF_CROWD = 4_000

const ADD_RECORDS = `mutation($check: AddKycCheckInput!, $document: AddKycDocumentInput!, $media: AddKycMediaInput!, $status: AddKycStatusInput!, $address: CreateCustomerAddressInput!, $tax: CreateTaxResidenceInput!, $handle: AddSocialMediaHandleInput!) {
  addKycCheck(input: $check) { replayed } addKycDocument(input: $document) { replayed } addKycMedia(input: $media) { replayed } addKycStatus(input: $status) { replayed }
  createCustomerAddress(input: $address) { replayed } createTaxResidence(input: $tax) { replayed } addSocialMediaHandle(input: $handle) { replayed }
}`

/** Runs at most 20 at a time. */
export async function each<T>(items: readonly T[], run: (item: T, i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += CONCURRENCY)
    await Promise.all(items.slice(i, i + CONCURRENCY).map((item, k) => run(item, i + k)))
}

const wirePerson = (i: number) => ({
  is_customer: true,
  status: 'ACTIVE',
  first_name: `Given${i}`,
  last_name: `Family${i}`,
  dob: `19${50 + (i % 50)}-0${1 + (i % 9)}-1${i % 10}`,
  email: `person${i}@example.com`,
  phone_number: `+1415556${String(i).padStart(4, '0')}`,
  legal_address: {
    address_line_1: `${i} Main St.`,
    city: 'New York',
    state: 'NY',
    postal_code: '10001',
    country_code: 'US',
  },
})

const kycRecords = (common: object) => ({
  check: {
    ...common,
    date: '2026-01-02T10:00:00Z',
    how: 'online_meeting',
    staffUserId: 'staff-1',
    staffName: 'Sam Staff',
    satisfied: true,
    comments: 'In order.',
  },
  document: {
    ...common,
    type: 'passport',
    number: 'P1234567',
    issueDate: '2024-01-02T00:00:00Z',
    issuePlace: 'Berlin',
    expiryDate: '2099-01-02T00:00:00Z',
  },
  media: {
    ...common,
    type: 'image',
    url: 'https://media.example.com/1.png',
    date: '2026-01-02T10:00:00Z',
    relatesToKycDocumentId: 'document',
    relatesToKycCheckId: 'check',
  },
  status: { ...common, ok: true, date: '2026-01-02T10:00:00Z' },
})

const otherRecords = (customerId: string, customerNumber: string) => ({
  address: { customerId, line1: '1 Main St.', city: 'London', postcode: 'E1 6AN', countryCode: 'GB', tags: ['home'] },
  tax: { customerId, domain: 'GB', taxNumber: `tax-${customerNumber}` },
  handle: {
    customerId,
    customerNumber,
    type: 'twitter',
    handle: `@${customerNumber}`,
    addedAt: '2026-01-02T10:00:00Z',
    activatedAt: '2026-01-02T10:00:00Z',
  },
})

/** Every id of a list, page by page, with the cursor at which each page begins. */
async function listAll(run: RunOperation, field: string): Promise<{ ids: string[]; cursors: (string | null)[] }> {
  const ids: string[] = []
  const cursors: (string | null)[] = []
  for (let after: string | null = null; ;) {
    cursors.push(after)
    const { list }: { list: Connection } = await run(
      `query($after: String) { list: ${field}(first: 100, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
      { after },
    )
    ids.push(...list.nodes.map(({ id }) => id))
    if (!list.pageInfo.hasNextPage) return { ids, cursors }
    after = list.pageInfo.endCursor
  }
}

async function customerPages(run: RunOperation): Promise<(string | null)[]> {
  const pages: (string | null)[] = [null]
  while (pages.length < PAGES_OF_CUSTOMERS) {
    const { customers }: { customers: Connection } = await run(CUSTOMERS, { first: 25, after: pages.at(-1) })
    pages.push(customers.pageInfo.endCursor)
  }
  return pages
}

/** Links each customer that has no person to one that has no customer; returns these customers. */
async function linkCustomers(run: RunOperation, customerIds: string[], personIds: string[]): Promise<string[]> {
  const linked = new Set(CROWD.map(({ customerId }) => customerId))
  const unlinked = customerIds.filter((id) => !linked.has(id) && !id.startsWith('c0000000'))
  const free = personIds.filter((id) => !id.startsWith('a0000000'))
  await each(unlinked, (customerId, i) =>
    run('mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed } }', {
      input: { customerId, personId: free[i % free.length] },
    }),
  )
  return unlinked
}

/** Verifies many names of many accounts; returns the ids of the results. */
async function verifyMany(run: RunOperation, dataset: Dataset): Promise<string[]> {
  const ids: string[] = []
  await each(verifyNames(dataset), async ({ query, variables }, i) => {
    const { verifyAccount } = await run<{ verifyAccount: { result: { id: string } } }>(query, variables)
    ids[i] = verifyAccount.result.id
  })
  return ids
}

export interface SeedOptions {
  readonly run: RunOperation
  readonly obpUrl: string
  /** The settings of the emulators. */
  readonly settings: Readonly<Record<string, string>>
  readonly progress: (line: string) => void
}

const CROWD_BEGINS = Date.parse('2200-01-01T00:00:00Z')
const HOUR_MS = 3_600_000

/**
 * Creates customers at the emulator, each with a last OK date of its own, so that their order does not depend on how
 * the provider orders customers of one date.
 */
async function createCustomers({ obpUrl, progress }: SeedOptions): Promise<void> {
  progress('creating customers')
  await each(Array.from({ length: CUSTOMERS_OF_CROWD }), async (_, i) => {
    const lastOkDate = new Date(CROWD_BEGINS + i * HOUR_MS).toISOString()
    await fetch(`${obpUrl}/__emulator/crowd`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ count: 1, lastOkDate }),
    })
  })
}

/** Creates persons at the emulator. */
async function createPersons({ settings, progress }: SeedOptions): Promise<void> {
  progress('creating persons')
  await each(Array.from({ length: PERSONS_OF_CROWD }), async (_, i) => {
    const { status } = await fetch(`${settings['SYNCTERA_URL']}/v0/persons`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${settings['SYNCTERA_API_KEY']}` },
      body: JSON.stringify(wirePerson(i)),
    })
    if (status >= 300) throw new Error(`The emulator answered ${status} to a new person.`)
  })
}

/** Makes the records that the workloads ask for. */
export async function seed(options: SeedOptions): Promise<Dataset> {
  const { run, progress } = options
  await createCustomers(options)
  await createPersons(options)
  const [customers, persons] = [await listAll(run, 'customers'), await listAll(run, 'persons')]
  progress('linking customers and persons')
  const customerIds = await linkCustomers(run, customers.ids, persons.ids)

  progress('creating records of customers')
  await each(CROWD, ({ customerId, customerNumber }) =>
    run(ADD_RECORDS, {
      ...kycRecords({ customerId, customerNumber }),
      ...otherRecords(customerId, customerNumber),
    }),
  )
  const dataset: Dataset = {
    members: CROWD.map(({ customerId, bankingCustomerId, account }) => ({ customerId, bankingCustomerId, account })),
    customerIds,
    refusedCustomerIds: customerIds.map((_, i) => `e0000000-0000-4000-8000-${String(i).padStart(12, '0')}`),
    personIds: persons.ids,
    personPages: persons.cursors.slice(0, PAGES_OF_PERSONS),
    customerPages: await customerPages(run),
    hundreds: customers.cursors.slice(0, (PAGES_OF_CUSTOMERS * 25) / 100),
    verificationIds: [],
  }
  progress('verifying accounts')
  return { ...dataset, verificationIds: await verifyMany(run, dataset) }
}
