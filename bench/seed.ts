import { CROWD } from '../datasources/emulator/people.js'
import type { Dataset } from './dataset.js'
import { CUSTOMERS, type Operation } from './operations.js'
import { verifyAccounts } from './workloads.js'

/** Runs an operation as the first caller; fails when it has errors. */
export type RunOperation = <Data>(query: string, variables?: Operation['variables']) => Promise<Data>

interface Connection {
  readonly nodes: readonly { readonly id: string }[]
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean }
}

const MEMBERS_WITH_RECORDS = 16
const PAGES_OF_CUSTOMERS = 8
const PAGES_OF_PERSONS = 8
const CONCURRENCY = 20

const ADD_RECORDS = `mutation($check: AddKycCheckInput!, $document: AddKycDocumentInput!, $media: AddKycMediaInput!, $status: AddKycStatusInput!, $address: CreateCustomerAddressInput!, $tax: CreateTaxResidenceInput!, $handle: AddSocialMediaHandleInput!) {
  addKycCheck(input: $check) { replayed } addKycDocument(input: $document) { replayed } addKycMedia(input: $media) { replayed } addKycStatus(input: $status) { replayed }
  createCustomerAddress(input: $address) { replayed } createTaxResidence(input: $tax) { replayed } addSocialMediaHandle(input: $handle) { replayed }
}`

/** Runs at most 20 at a time. */
export async function each<T>(items: readonly T[], run: (item: T, i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += CONCURRENCY)
    await Promise.all(items.slice(i, i + CONCURRENCY).map((item, k) => run(item, i + k)))
}

const personInput = (i: number) => ({
  isCustomer: true,
  status: 'ACTIVE',
  firstName: `Given${i}`,
  lastName: `Family${i}`,
  dateOfBirth: `19${50 + (i % 50)}-0${1 + (i % 9)}-1${i % 10}`,
  email: `person${i}@example.com`,
  phoneNumber: `+1415556${String(i).padStart(4, '0')}`,
  legalAddress: { line1: `${i} Main St.`, city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
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

/** Links each customer that has no person to one that has no customer. */
async function linkCustomers(run: RunOperation, customerIds: string[], personIds: string[]): Promise<void> {
  const linked = new Set(CROWD.map(({ customerId }) => customerId))
  const unlinked = customerIds.filter((id) => !linked.has(id) && !id.startsWith('c0000000'))
  const free = personIds.filter((id) => !id.startsWith('a0000000'))
  await each(unlinked, (customerId, i) =>
    run('mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed } }', {
      input: { customerId, personId: free[i % free.length] },
    }),
  )
}

/** Makes the records that the workloads ask for, by this server's own mutations. */
export async function seed(run: RunOperation, crowd: number, progress: (line: string) => void): Promise<Dataset> {
  progress('creating persons')
  await each(Array.from({ length: crowd }), (_, i) =>
    run('mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }', { input: personInput(i) }),
  )
  const [customers, persons] = [await listAll(run, 'customers'), await listAll(run, 'persons')]
  progress('linking customers and persons')
  await linkCustomers(run, customers.ids, persons.ids)

  progress('creating records of customers')
  const members = CROWD.slice(0, MEMBERS_WITH_RECORDS)
  for (const { customerId, customerNumber } of members)
    await run(ADD_RECORDS, {
      ...kycRecords({ customerId, customerNumber }),
      ...otherRecords(customerId, customerNumber),
    })

  const dataset: Dataset = {
    members: members.map(({ customerId, bankingCustomerId, account, firstName, lastName }) => ({
      customerId,
      bankingCustomerId,
      account,
      name: `${lastName},${firstName}`,
    })),
    refusedCustomerIds: members.map((_, i) => `e0000000-0000-4000-8000-${String(i).padStart(12, '0')}`),
    personIds: persons.ids,
    personPages: persons.cursors.slice(0, PAGES_OF_PERSONS),
    customerPages: await customerPages(run),
    hundreds: customers.cursors,
    verificationIds: [],
  }
  const verificationIds: string[] = []
  for (const { query, variables } of verifyAccounts(dataset)) {
    const { verifyAccount } = await run<{ verifyAccount: { result: { id: string } } }>(query, variables)
    verificationIds.push(verifyAccount.result.id)
  }
  return { ...dataset, verificationIds }
}
