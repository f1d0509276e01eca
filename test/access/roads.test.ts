import { createHash } from 'node:crypto'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { scopeRows } from '../../src/tools/scope-table.js'
import { type App, startApp } from '../support/app.js'
import { askedAfterwards, askedOf, FORMS, type Operation, reference } from '../support/access-paths.js'

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!

let compiled: App
let interpreted: App
beforeAll(async () => {
  compiled = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0', EXECUTOR: 'compiled' })
  interpreted = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0', EXECUTOR: 'interpreted' }, compiled)
  // Apiture has no read, so each server knows what was written through it.
  for (const app of [compiled, interpreted])
    for (const { bankingCustomerId, account } of [ADA, RHEA]) {
      const accounts = [{ accountNumber: account, productType: 'CHECKING', productCode: 'DDA_01' }]
      const elections = { electronicStatementElection: true, electronicDocumentElection: true }
      const { errors } = await app.run(
        'mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { replayed } }',
        { input: { bankingCustomerId, accounts, ...elections, roles: { view: true } } },
      )
      expect(errors).toEqual([])
    }
})
beforeEach(() => compiled.clear())
afterAll(async () => {
  await interpreted.close()
  await compiled.close()
})

interface Answer {
  readonly data: any
  readonly errors: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
  readonly extensions?: { readonly masked?: readonly (readonly unknown[])[] }
}

/** How an operation comes to the server. */
type Road = (app: App, operation: Operation, token: string) => Promise<Answer>

const post = async (app: App, body: object, token: string) => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Answer
}
const persisted = (query: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
})

const ROADS: Readonly<Record<string, Road>> = {
  POST: (app, { document: query, variables }, token) => post(app, { query, variables }, token),
  async GET(app, { document, variables }, token) {
    const search = new URLSearchParams({ query: document, variables: JSON.stringify(variables) })
    const response = await fetch(`${app.url}/graphql?${search.toString()}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return (await response.json()) as Answer
  },
  async 'persisted query'(app, { document, variables }, token) {
    const extensions = persisted(document)
    await post(app, { query: document, variables, extensions }, token)
    return post(app, { variables, extensions }, token)
  },
}

type Whose = Pick<typeof ADA, 'customerId' | 'bankingCustomerId'> & { readonly personId: string | undefined }
const NOWHERE: Whose = {
  customerId: 'c9999999-0000-4000-8000-999999999999',
  personId: 'a9999999-0000-4000-8000-999999999999',
  bankingCustomerId: 'banking-nowhere',
}

const customer = (selection: string) => ({
  of: ({ customerId }: Whose) => `customer(id: "${customerId}") { ${selection} }`,
  type: 'Customer',
})
const person = (selection: string) => ({
  of: ({ personId }: Whose) => `person(id: "${personId}") { ${selection} }`,
  type: 'Person',
})

/** A personal value, or any value, of each operation with an own form; the way to a nested field is an own record too. */
const QUERIES: Readonly<Record<string, { readonly of: (whose: Whose) => string }>> = {
  'Query.customer': customer('legalName'),
  'Query.person': person('firstName'),
  'Query.accountEntitlements': {
    of: ({ bankingCustomerId }) =>
      `accountEntitlements(bankingCustomerId: "${bankingCustomerId}") { items { account { accountNumber } } }`,
  },
  'Customer.attributes': customer('attributes { value }'),
  'Customer.links': customer('links { personId }'),
  'Customer.person': customer('person { firstName }'),
  'Customer.accountEntitlements': customer('accountEntitlements { items { account { accountNumber } } }'),
  'Customer.kycChecks': customer('kycChecks { comments }'),
  'Customer.kycDocuments': customer('kycDocuments { number }'),
  'Customer.kycMedia': customer('kycMedia { url }'),
  'Customer.kycStatuses': customer('kycStatuses { ok }'),
  'Customer.kycOverview': customer('kycOverview { __typename }'),
  'Customer.addresses': customer('addresses { line1 }'),
  'Customer.taxResidences': customer('taxResidences { taxNumber }'),
  'Customer.socialMediaHandles': customer('socialMediaHandles { handle }'),
  'Customer.creditLimitRequests': customer('creditLimitRequests { __typename }'),
  'Customer.creditLimitRequest': customer('creditLimitRequest(id: "one") { __typename }'),
  'Customer.userLinks': customer('userLinks { userId }'),
  'Customer.attribute': customer('attribute(id: "none") { value }'),
  'Person.verifications': person('verifications { result }'),
  'Person.disclosures': person('disclosures { type }'),
  'Person.verificationHistory': person('verificationHistory { nodes { result } }'),
  'Person.customers': person('customers { legalName }'),
  'KycCheck.documents': customer('kycChecks { documents { number } }'),
  'KycCheck.media': customer('kycChecks { media { url } }'),
  'KycCheck.customer': customer('kycChecks { customer { legalName } }'),
  'KycDocument.media': customer('kycDocuments { media { url } }'),
  'KycMedia.document': customer('kycMedia { document { number } }'),
  'KycMedia.check': customer('kycMedia { check { comments } }'),
  'UserCustomerLink.customer': customer('userLinks { customer { legalName } }'),
}

const ENTITIES: Readonly<Record<string, (whose: Whose) => object>> = {
  Customer: ({ customerId }) => ({ bankId: BANK, id: customerId }),
  KycCheck: ({ customerId }) => ({ customerId, id: 'check-ada' }),
  Person: ({ personId }) => ({ id: personId }),
}

/**
 * Verifications and writes of own records are in test/access/own-writes.test.ts, their jobs in
 * test/datasources/banfico/jobs.test.ts, subscriptions in test/streams/access.test.ts.
 */
const rows = scopeRows().filter(
  ({ name, kind, own }) =>
    own !== undefined &&
    kind !== 'mutation' &&
    kind !== 'subscription' &&
    !/^Query\.verification|^VerificationResult$|^PersonVerification|^Query\.accountVerifications$|^AccountVerificationJob/.test(
      name,
    ),
)

/** The scopes of the way to a nested field, in the form of the field's own. */
function throughOf(name: string, isOwn: boolean): readonly Scope[] {
  const query = QUERIES[name]?.of(ADA) ?? ''
  const suffix = isOwn ? ':own' : ''
  const family = query.startsWith('person') ? 'persons' : 'customers'
  const way = query.startsWith('account') ? [] : [`${family}:read${suffix}`]
  return [...way, ...(/kyc(Checks|Documents|Media) /.test(query) ? [`kyc:read${suffix}`] : [])] as Scope[]
}

/** The operation in a form of its own: an alias, a fragment of either kind, or neither. */
function asked(name: string, whose: Whose, form: (typeof FORMS)[number]): Operation {
  const entity = ENTITIES[name]
  if (entity) return reference(name, { ...entity(whose) }, form)
  const text = QUERIES[name]!.of(whose)
  const [document] = {
    plain: [`{ ${text} }`],
    alias: [`{ aliased: ${text} }`],
    'inline fragment': [`{ ... on Query { ${text} } }`],
    'named fragment': [`{ ...Named } fragment Named on Query { ${text} }`],
  }[form]
  return { document: document!, variables: {} }
}

/** Their operation here shows no personal value: the keys of entities, and an attribute that is not there. */
const SHOWS_NONE = /^[^.]*$|attribute$/

const comparable = ({ data, errors = [] }: Answer) =>
  JSON.stringify([data, errors.map(({ message, extensions }) => [message, extensions.code])])

test('each operation with an own form has a road here', () => {
  expect(rows.map(({ name }) => name).filter((name) => !(name in QUERIES) && !(name in ENTITIES))).toEqual([])
})

describe.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
  const token = (scopes: readonly Scope[]) => compiled.token({ client: 'ada', scopes })
  const own = [...new Set([...row.own!, ...throughOf(name, true)])]

  test("shows the caller's own record on every road and another's on none, as if it did not exist", async () => {
    const bearer = await token(own)
    let turn = name.length
    const roads = Object.values(ROADS)
    // Each road once, and one of them, which differs from row to row, with the other executor too.
    for (const [app, road] of [
      ...roads.map((one) => [compiled, one] as const),
      [interpreted, roads[turn % roads.length]!] as const,
    ]) {
      const form = FORMS[(turn += 1) % FORMS.length]!
      const [mine, theirs, nobodys] = await Promise.all(
        [ADA, RHEA, NOWHERE].map((whose) => road(app, asked(name, whose, form), bearer)),
      )
      expect([form, mine!.errors ?? []]).toEqual([form, []])
      expect(comparable(theirs!)).toBe(comparable(nobodys!))
      expect(comparable(theirs!)).not.toContain('FORBIDDEN')
      if (!/attribute$/.test(name)) expect(comparable(mine!)).not.toBe(comparable(theirs!))
      expect(mine!.extensions?.masked).toBeUndefined()
    }
    const asks = askedOf(compiled).join('\n')
    for (const id of [...Object.values(NOWHERE), RHEA.customerId, RHEA.personId!]) expect(asks).not.toContain(id)
  })

  test('is masked with the full scope, also beside the own one, and closed without either', async () => {
    const full = [...new Set([...row.full, ...throughOf(name, false)])]
    const ask = async (app: App, whose: Whose, scopes: readonly Scope[]) =>
      ROADS['POST']!(app, asked(name, whose, 'plain'), await token(scopes))
    const [mine, one, both] = await Promise.all([
      ask(compiled, ADA, own),
      ask(compiled, ADA, full),
      ask(interpreted, ADA, [...full, ...own]),
    ])
    expect(comparable(one)).toBe(comparable(both))
    expect(comparable(one)).not.toContain('FORBIDDEN')
    const isMasked = row.isPersonal && !SHOWS_NONE.test(name)
    expect([one.extensions?.masked !== undefined, comparable(one) !== comparable(mine)]).toEqual([isMasked, isMasked])
    const others = [...full, ...own].filter((scope) => !row.full.includes(scope) && !row.own!.includes(scope))
    compiled.clear()
    const none = await ROADS['GET']!(interpreted, asked(name, ADA, 'inline fragment'), await token(others))
    expect(none.errors.map(({ extensions }) => extensions.code)).toContain('FORBIDDEN')
    if (row.kind !== 'field') expect(askedAfterwards(compiled)).toEqual([])
  })
})
