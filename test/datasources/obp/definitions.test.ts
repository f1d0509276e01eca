import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BANK, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const at = (bank: string) => `/obp/v4.0.0/banks/${bank}/attribute-definitions`
const DEFINITION = 'id bankId name category type description alias canBeSeenOnViews isActive'
const SET = `mutation($input: SetCustomerAttributeDefinitionInput!) { setCustomerAttributeDefinition(input: $input) { replayed definition { ${DEFINITION} } } }`
const DELETE =
  'mutation($input: DeleteCustomerAttributeDefinitionInput!) { deleteCustomerAttributeDefinition(input: $input) { replayed deletedId } }'
const INPUT = {
  name: 'SHOE_SIZE',
  type: 'INTEGER',
  description: 'Of the left foot.',
  alias: 'SHOE',
  canBeSeenOnViews: ['bank', 'owner'],
  isActive: true,
}
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))
const set = (input: object, options = {}) => app.run(SET, { input }, options)
const remove = (input: object, options = {}) => app.run(DELETE, { input }, options)
const list = async (bankId = BANK) =>
  (await app.run(`query($bankId: ID) { customerAttributeDefinitions(bankId: $bankId) { ${DEFINITION} } }`, { bankId }))
    .data.customerAttributeDefinitions

describe('definitions', () => {
  test("are the bank's own, though the provider answers every bank's", async () => {
    const seeded = {
      name: 'SPECIAL_TAX_NUMBER',
      category: 'Customer',
      type: 'STRING',
      description: 'The number of a tax that few pay.',
      alias: 'TAX',
      canBeSeenOnViews: ['bank', 'owner'],
      isActive: true,
    }
    expect(await list()).toEqual([{ id: 'definition-1', bankId: BANK, ...seeded }])
    expect(await list(OTHER_BANK)).toEqual([{ id: 'definition-2', bankId: OTHER_BANK, ...seeded }])
    expect(await list('elsewhere')).toBeNull()
    expect((await beside('GET', `/banks/${BANK}/attribute-definitions/customer`)).body.attributes).toHaveLength(2)
  })

  test('are asked for once, and need customers:read as a whole', async () => {
    const query = '{ a: customerAttributeDefinitions { id } b: customerAttributeDefinitions { name } }'
    expect((await app.run(query, undefined, { scopes: ['customers:read'] })).data.b).toEqual([
      { name: 'SPECIAL_TAX_NUMBER' },
    ])
    expect(app.calls('obp')).toEqual([`GET ${at(BANK)}/customer`])
    const own = await app.run('{ customerAttributeDefinitions { id } }', undefined, {
      client: 'ada',
      scopes: ['customers:read:own'],
    })
    expect(own.errors[0]!.message).toBe('This needs the scope customers:read.')
  })

  const row = {
    attribute_definition_id: 'd',
    bank_id: BANK,
    name: 'N',
    category: 'Customer',
    type: 'STRING',
    description: null,
    alias: '',
    can_be_seen_on_views: [''],
    is_active: false,
  }
  test.each([
    [
      'with what is not given',
      row,
      [
        {
          id: 'd',
          bankId: BANK,
          name: 'N',
          category: 'Customer',
          type: 'STRING',
          description: null,
          alias: null,
          canBeSeenOnViews: [],
          isActive: false,
        },
      ],
    ],
    // Left out it would seem not to be there, and the graph promises a type.
    ['of an unknown type', { ...row, type: 'BOOLEAN' }, null],
    ['of an unknown type at another bank', { ...row, type: 'BOOLEAN', bank_id: OTHER_BANK }, []],
  ])('%s', async (_what, attribute, expected) => {
    app.fault('obp', {
      match: `GET ${at(BANK)}/customer`,
      fault: 'status',
      status: 200,
      body: { attributes: [attribute] },
    })
    const { data, errors } = await app.run(`{ customerAttributeDefinitions { ${DEFINITION} } }`)
    expect(data.customerAttributeDefinitions).toEqual(expected)
    expect(errors.map(({ extensions }) => extensions)).toEqual(
      expected === null ? [expect.objectContaining({ code: 'PROVIDER_MALFORMED', provider: 'OPEN_BANK_PROJECT' })] : [],
    )
  })
})

describe('a definition', () => {
  test('is added and then replaced under its name, with the id it had', async () => {
    const { data, errors } = await set(INPUT)
    expect(errors).toEqual([])
    const { id } = data.setCustomerAttributeDefinition.definition
    expect(data.setCustomerAttributeDefinition).toEqual({
      replayed: false,
      definition: { id, bankId: BANK, category: 'Customer', ...INPUT },
    })
    expect(app.recorded('obp')[0]).toMatchObject({
      method: 'PUT',
      url: `${at(BANK)}/customer`,
      body: {
        name: 'SHOE_SIZE',
        category: 'Customer',
        type: 'INTEGER',
        description: 'Of the left foot.',
        alias: 'SHOE',
        can_be_seen_on_views: ['bank', 'owner'],
        is_active: true,
      },
    })
    const replaced = await set({
      ...INPUT,
      type: 'DOUBLE',
      description: '',
      alias: '',
      canBeSeenOnViews: [],
      isActive: false,
    })
    expect(replaced.data.setCustomerAttributeDefinition.definition).toEqual({
      id,
      bankId: BANK,
      name: 'SHOE_SIZE',
      category: 'Customer',
      type: 'DOUBLE',
      description: null,
      alias: null,
      canBeSeenOnViews: [],
      isActive: false,
    })
    expect((await set({ ...INPUT, bankId: OTHER_BANK })).data.setCustomerAttributeDefinition.definition.id).not.toBe(id)
    expect(await list()).toHaveLength(2)
  })

  test('is not set again after an unknown outcome', async () => {
    const input = { ...INPUT, name: 'LOST', idempotencyKey: 'definition-1' }
    app.fault('obp', { match: `PUT ${at(BANK)}/customer`, fault: 'drop-after-apply' })
    expect((await set(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    expect((await set(input)).data.setCustomerAttributeDefinition).toMatchObject({
      replayed: true,
      definition: { name: 'LOST' },
    })
    expect(app.calls('obp').filter((call) => call.startsWith('PUT'))).toHaveLength(1)
    const other = { ...input, description: 'Of the right foot.', idempotencyKey: 'definition-2' }
    app.fault('obp', { match: `PUT ${at(BANK)}/customer`, fault: 'reset' })
    await set(other)
    expect((await set(other)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
      replayed: true,
    })
    expect((await set({ ...other, idempotencyKey: 'definition-3' })).data.setCustomerAttributeDefinition).toMatchObject(
      { replayed: false, definition: { name: 'LOST' } },
    )
  })

  test('is removed, at its own bank only', async () => {
    for (const input of [
      { definitionId: 'definition-2' },
      { definitionId: 'definition-1', bankId: OTHER_BANK },
      { definitionId: 'definition-1', bankId: 'elsewhere' },
      { definitionId: 'none' },
    ]) {
      expect((await remove(input)).errors[0]!.extensions).toMatchObject({
        code: 'NOT_FOUND',
        provider: 'OPEN_BANK_PROJECT',
      })
    }
    expect(writes()).toEqual([])
    const { data, errors } = await remove({ definitionId: 'definition-2', bankId: OTHER_BANK })
    expect({ data, errors }).toEqual({
      data: { deleteCustomerAttributeDefinition: { replayed: false, deletedId: 'definition-2' } },
      errors: [],
    })
    expect(writes()).toEqual([`DELETE ${at(OTHER_BANK)}/definition-2/customer`])
    expect((await list(OTHER_BANK)).map(({ id }: { id: string }) => id)).not.toContain('definition-2')
  })

  test('that is gone already is no error when the call comes again', async () => {
    const { data } = await set({ ...INPUT, name: 'GOING' })
    const input = { definitionId: data.setCustomerAttributeDefinition.definition.id, idempotencyKey: 'definition-2' }
    app.fault('obp', { match: `DELETE ${at(BANK)}/*/customer`, fault: 'drop-after-apply' })
    expect((await remove(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    expect((await remove(input)).data.deleteCustomerAttributeDefinition).toEqual({
      replayed: false,
      deletedId: input.definitionId,
    })
    expect((await remove(input)).data.deleteCustomerAttributeDefinition.replayed).toBe(true)
    expect((await remove({ definitionId: input.definitionId })).errors[0]!.extensions.code).toBe('NOT_FOUND')
  })

  test('is changed only with customers:write, and at no bank that the caller may not name', async () => {
    for (const refused of [
      await set(INPUT, { scopes: ['customers:read'] }),
      await remove({ definitionId: 'definition-1' }, { scopes: ['customers:read'] }),
    ])
      expect(refused.errors[0]!.message).toBe('This needs the scope customers:write.')
    const narrow = { claims: { banks: [BANK] } }
    for (const absent of [
      await set({ ...INPUT, bankId: OTHER_BANK }, narrow),
      await remove({ definitionId: 'definition-2', bankId: OTHER_BANK }, narrow),
    ])
      expect(absent.errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(app.calls('obp')).toEqual([])
  })
})

const long = (length: number) => 'x'.repeat(length + 1)
test.each<[string, string, object]>([
  ['name', SET, { ...INPUT, name: '' }],
  ['name', SET, { ...INPUT, name: long(50) }],
  ['description', SET, { ...INPUT, description: long(256) }],
  ['alias', SET, { ...INPUT, alias: long(50) }],
  ['canBeSeenOnViews', SET, { ...INPUT, canBeSeenOnViews: [''] }],
  ['canBeSeenOnViews', SET, { ...INPUT, canBeSeenOnViews: ['a;b'] }],
  ['canBeSeenOnViews', SET, { ...INPUT, canBeSeenOnViews: ['x'.repeat(128), 'x'.repeat(128)] }],
  ['definitionId', DELETE, { definitionId: '' }],
  ['definitionId', DELETE, { definitionId: 'a/b' }],
])('a bad %s is refused before anything is sent', async (field, mutation, input) => {
  const { errors } = await app.run(mutation, { input })
  expect(errors[0]!.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: { [`input.${field}`]: expect.any(Array) },
  })
  expect(app.calls('obp')).toEqual([])
})

const refuses = (match: string, status: number, message: string) =>
  app.fault('obp', { match, fault: 'status', status, body: { code: status, message }, times: 0 })
const BANK_NOT_FOUND = 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is x'

test.each<[number, string, string]>([
  [404, BANK_NOT_FOUND, 'NOT_FOUND'],
  [
    403,
    'OBP-20006: User is missing one or more roles: CanCreateCustomerAttributeDefinitionAtOneBank',
    'PROVIDER_REFUSED',
  ],
  [
    400,
    'OBP-10001: Incorrect json format. The `Type` filed can only accept the following field: DOUBLE(12.1234)',
    'BAD_USER_INPUT',
  ],
  [
    400,
    'OBP-10001: Incorrect json format. The `Category` filed can only accept the following field: Customer',
    'BAD_USER_INPUT',
  ],
  [400, 'OBP-50200: Connector cannot return the data we requested.', 'OUTCOME_UNKNOWN'],
])('to set one, %i %s is %s', async (status, message, code) => {
  refuses(`PUT ${at(BANK)}/customer`, status, message)
  expect((await set(INPUT)).errors[0]!.extensions).toMatchObject({
    code,
    providerStatus: status,
    providerCode: message.slice(0, 9),
  })
})

test.each<[number, string, string, string]>([
  [404, BANK_NOT_FOUND, 'NOT_FOUND', 'OBP-30001'],
  [
    403,
    'OBP-20006: User is missing one or more roles: CanDeleteCustomerAttributeDefinitionAtOneBank',
    'PROVIDER_REFUSED',
    'OBP-20006',
  ],
  [
    400,
    'OBP-50200: Connector cannot return the data we requested. <- OBP-30071: Attribute Definition not found.',
    'NOT_FOUND',
    'OBP-30071',
  ],
])('to remove one, %i %s is %s', async (status, message, code, providerCode) => {
  refuses(`DELETE ${at(BANK)}/*/customer`, status, message)
  expect((await remove({ definitionId: 'definition-1' })).errors[0]!.extensions).toMatchObject({
    code,
    providerStatus: status,
    providerCode,
  })
})

test.each<[number, string, string | null]>([
  [404, BANK_NOT_FOUND, null],
  [403, 'OBP-20006: User is missing one or more roles: CanGetCustomerAttributeDefinitionAtOneBank', 'PROVIDER_REFUSED'],
])('to read them, %i %s is %s', async (status, message, code) => {
  refuses(`GET ${at(BANK)}/customer`, status, message)
  const { data, errors } = await app.run('{ customerAttributeDefinitions { id } }')
  expect(data.customerAttributeDefinitions).toBeNull()
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(code === null ? [] : [code])
})

describe("the emulator's definitions", () => {
  const put = (change: object) =>
    beside('PUT', `/banks/${BANK}/attribute-definitions/customer`, {
      name: 'N',
      category: 'Customer',
      type: 'STRING',
      description: '',
      alias: '',
      can_be_seen_on_views: [],
      is_active: true,
      ...change,
    })
  test('are of any category, print no views as an empty one, and are removed at any bank', async () => {
    expect((await put({ type: 'string' })).body.message).toContain('The `Type` filed can only accept')
    expect((await put({ category: 'customer' })).body.message).toContain('The `Category` filed can only accept')
    const { status, body } = await put({})
    expect([status, body.can_be_seen_on_views]).toEqual([201, ['']])
    const product = (await put({ category: 'Product' })).body.attribute_definition_id as string
    const end = (id: string) => beside('DELETE', `/banks/${OTHER_BANK}/attribute-definitions/${id}/customer`)
    expect((await end(product)).body.message).toMatch(/^OBP-50200: .* <- OBP-30071: /)
    expect(await end(body.attribute_definition_id as string)).toEqual({ status: 200, body: { value: true } })
    expect((await end(body.attribute_definition_id as string)).status).toBe(400)
  })
})
