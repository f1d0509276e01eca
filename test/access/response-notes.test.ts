import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
  parse,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ADA, BANK } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { ResponseNotes } from '../../src/graphql/response-notes.js'
import { schemas } from '../../src/graphql/schema.js'
import { type App, startApp } from '../support/app.js'

let apps: Readonly<Record<'compiled' | 'interpreted', App>>
beforeAll(async () => {
  const compiled = await startApp({ EXECUTOR: 'compiled', RATE_LIMIT_COST_PER_MINUTE: '0' })
  const interpreted = await startApp({ EXECUTOR: 'interpreted', RATE_LIMIT_COST_PER_MINUTE: '0' }, compiled)
  apps = { compiled, interpreted }
})
afterAll(async () => {
  await apps.interpreted.close()
  await apps.compiled.close()
})

type Path = readonly (string | number)[]
interface Said {
  readonly masked?: readonly Path[]
  readonly maskedIncomplete?: true
  readonly truncated?: readonly Path[]
}

/** What both executors say beside the data, for the first time and again. */
async function said(query: string, scopes: readonly Scope[], variables: Record<string, unknown> = {}) {
  const answers: { data: any; extensions: Said }[] = []
  for (const app of Object.values(apps)) {
    const authorization = `Bearer ${await app.token({ scopes, client: 'ada' })}`
    for (let i = 0; i < 2; i += 1) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query, variables }),
      })
      const { data, extensions } = (await response.json()) as { data: any; extensions: Said & { cost: unknown } }
      const { cost: _cost, ...notes } = extensions
      if (notes.masked)
        Object.assign(notes, { masked: [...notes.masked].sort((a, b) => (String(a) < String(b) ? -1 : 1)) })
      answers.push({ data, extensions: notes })
    }
  }
  for (const answer of answers) expect(answer).toEqual(answers[0])
  return answers[0]!
}

const READ: readonly Scope[] = ['customers:read', 'persons:read', 'engagement:read']
const ALL: readonly Scope[] = [...READ, 'pii:read']
const id = ADA.customerId

describe('a masked value is told by its path', () => {
  test.each<[what: string, query: string, paths: readonly Path[]]>([
    ['null for a date', `{ customer(id: "${id}") { id dateOfBirth } }`, [['customer', 'dateOfBirth']]],
    ['a shortened text', `{ customer(id: "${id}") { legalName } }`, [['customer', 'legalName']]],
    [
      'under aliases',
      `{ a: customer(id: "${id}") { born: dateOfBirth again: dateOfBirth } b: customer(id: "${id}") { id } }`,
      [
        ['a', 'again'],
        ['a', 'born'],
      ],
    ],
    [
      'in fragments',
      `{ customer(id: "${id}") { ...A ... on Customer { ... { email } } } } fragment A on Customer { born: dateOfBirth }`,
      [
        ['customer', 'born'],
        ['customer', 'email'],
      ],
    ],
    [
      'below another provider',
      `{ customer(id: "${id}") { person { firstName home: legalAddress { line1 countryCode } } } }`,
      [
        ['customer', 'person', 'firstName'],
        ['customer', 'person', 'home', 'line1'],
      ],
    ],
    [
      'by reference',
      `{ found: _entities(representations: [{ __typename: "Person", id: "none" }, { __typename: "Customer", bankId: "${BANK}", id: "${id}" }]) { ... on Customer { born: dateOfBirth } ... on Person { dateOfBirth } } }`,
      [['found', 1, 'born']],
    ],
    ['that is not asked for: none', `{ customer(id: "${id}") { id bankId kycStatus } }`, []],
  ])('%s', async (_what, query, paths) => {
    expect((await said(query, READ)).extensions).toEqual(paths.length > 0 ? { masked: paths } : {})
    expect((await said(query, ALL)).extensions).toEqual({})
  })

  test('and not where a condition leaves it out', async () => {
    const query = `query($yes: Boolean!) { customer(id: "${id}") { id legalName @skip(if: $yes) email @include(if: $yes) ... @skip(if: $yes) { dateOfBirth } } }`
    expect((await said(query, READ, { yes: true })).extensions).toEqual({ masked: [['customer', 'email']] })
    expect((await said(query, READ, { yes: false })).extensions).toEqual({
      masked: [
        ['customer', 'dateOfBirth'],
        ['customer', 'legalName'],
      ],
    })
  })

  test('and not where the provider knows none', async () => {
    const query = '{ customers(first: 20) { nodes { email } edges { node { email } } } }'
    const { data } = await said(query, ALL)
    const known = (data.customers.nodes as { email: unknown }[]).flatMap(({ email }, i) =>
      email === null ? [] : [`customers,edges,${i},node,email`, `customers,nodes,${i},email`],
    )
    expect((await said(query, READ)).extensions.masked!.map(String).sort()).toEqual(known.sort())
  })

  test("and not where a record is the caller's own", async () => {
    const query = `{ viewer { customers { legalName dateOfBirth } } }`
    expect((await said(query, ['customers:read:own'])).extensions).toEqual({})
    expect((await said(query, [])).extensions.masked).toContainEqual(['viewer', 'customers', 0, 'dateOfBirth'])
  })

  test('at most a hundred times, and then it says that there are more', async () => {
    const { extensions } = await said('{ customers(first: 100) { nodes { legalName email mobilePhoneNumber } } }', READ)
    expect(extensions.masked).toHaveLength(100)
    expect(extensions.maskedIncomplete).toBe(true)
  })

  test('also in the answer of a mutation', async () => {
    const query =
      'mutation($input: UpdateCustomerBranchInput!) { moved: updateCustomerBranch(input: $input) { customer { born: dateOfBirth } } }'
    const input = { customerId: id, branchId: 'branch-1' }
    expect(await said(query, ['customers:write'], { input })).toEqual({
      data: { moved: { customer: { born: null } } },
      extensions: { masked: [['moved', 'customer', 'born']] },
    })
  })
})

describe('a list that was cut is told by its path', () => {
  test.each<[string, string, readonly Path[]]>([
    [
      'customers by their attributes',
      'query($n: Int) { found: customersByAttributes(first: $n, attributes: [{ name: "note", value: "x" }]) { id } }',
      [['found']],
    ],
    [
      'customers by a part of their number',
      'query($n: Int) { customersByMobilePhoneNumber(first: $n, mobilePhoneNumber: "+", match: STARTS_WITH) { id } }',
      [['customersByMobilePhoneNumber']],
    ],
    ['meetings', 'query($n: Int) { a: meetings(first: $n) { id } b: meetings { id } }', [['a']]],
    ['CRM events', 'query($n: Int) { crmEvents(first: $n) { id } }', [['crmEvents']]],
  ])('%s', async (_what, query, paths) => {
    const app = apps.compiled
    for (let i = 0; i < 3; i += 1) {
      const meeting = {
        providerId: 'p',
        purposeId: 'q',
        date: '2024-01-02T03:04:05Z',
        invitees: [],
        creator: { name: 'S', mobilePhone: null, emailAddress: null },
      }
      await app.run('mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed } }', {
        input: meeting,
      })
      for (const customerId of [ADA.customerId])
        await app.run(
          'mutation($input: CreateCustomerAttributeInput!) { createCustomerAttribute(input: $input) { replayed } }',
          {
            input: { customerId, name: 'note', type: 'STRING', value: 'x' },
          },
        )
    }
    const whole = (await said(query, ALL, { n: 100 })).data as Record<string, unknown[]>
    const length = whole[String(paths[0]![0])]!.length
    if (length > 1) {
      expect((await said(query, ALL, { n: length - 1 })).extensions).toEqual({ truncated: paths })
      expect((await said(query, READ, { n: length - 1 })).extensions.truncated ?? paths).toEqual(paths)
    }
    expect((await said(query, ALL, { n: length })).extensions).toEqual({})
  })
})

test('the viewer says whether the caller sees personal data', async () => {
  const query = '{ viewer { seesPersonalData } }'
  expect((await said(query, ALL)).data).toEqual({ viewer: { seesPersonalData: true } })
  expect((await said(query, READ)).data).toEqual({ viewer: { seesPersonalData: false } })
  expect((await said(query, [])).data).toEqual({ viewer: { seesPersonalData: false } })
})

test('the selection of a field is read once for all rows that have it', () => {
  const { served } = schemas()
  const [operation] = parse('{ customers { nodes { person { status } } } }').definitions
  const under = (nodes: readonly FieldNode[]) => nodes[0]!.selectionSet!.selections as readonly FieldNode[]
  const customers = (operation as OperationDefinitionNode).selectionSet.selections as readonly FieldNode[]
  const field = {
    schema: served,
    fragments: {},
    variableValues: {},
    fieldNodes: under(under(customers)),
    returnType: (served.getType('Customer') as GraphQLObjectType).getFields()['person']!.type,
  }
  const notes = new ResponseNotes(false)
  const nodes = { prev: { prev: undefined, key: 'customers' }, key: 'nodes' }
  for (let row = 0; row < 100; row += 1) {
    const path = { prev: { prev: nodes, key: row }, key: 'person' }
    notes.add({ status: 'ACTIVE' }, { ...field, path } as unknown as GraphQLResolveInfo)
  }
  const reads = vi.spyOn(served, 'getType')
  expect(notes.of({})).toEqual({})
  expect(reads).toHaveBeenCalledTimes(1)
  reads.mockRestore()
})
