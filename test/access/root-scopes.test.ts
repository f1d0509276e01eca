import { Validator } from 'class-validator'
import { getNamedType, type GraphQLField, isCompositeType } from 'graphql'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Scope } from '../../schema/scopes.js'
import { demandsOf, schema } from '../support/access-paths.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => app.close())

interface Root {
  readonly kind: 'query' | 'mutation'
  readonly field: GraphQLField<unknown, unknown>
}

const roots: readonly (readonly [name: string, root: Root])[] = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field): Root => ({ kind: 'query', field })),
  ...Object.values(schema.getMutationType()!.getFields()).map((field): Root => ({ kind: 'mutation', field })),
]
  .filter(({ field }) => field.args.length > 0 && demandsOf(field))
  .map((root) => [root.field.name, root])

const selectionOf = ({ type }: GraphQLField<unknown, unknown>) =>
  isCompositeType(getNamedType(type)) ? '{ __typename }' : ''

/** An operation of one root field with a variable for each argument. */
function documentOf({ kind, field }: Root, before = '', conditions = ''): string {
  const variables = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')
  const args = field.args.map(({ name }) => `${name}: $${name}`).join(', ')
  return `${kind}(${variables}) { ${before} ${field.name}(${args}) ${conditions} ${selectionOf(field)} }`
}

const HUGE = Array.from({ length: 11_000 }, () => ({ name: '', value: 1 }))
/** The value for the first argument, and nothing for the others, because a body may have 256 KB. */
const wrong = ({ field }: Root, value: unknown) =>
  Object.fromEntries(field.args.map(({ name }, i) => [name, i === 0 ? value : null]))

const validations = () => vi.spyOn(Validator.prototype, 'validateSync')

test.each(roots)(
  '%s with a huge input is refused by its scope before anything looks at the input',
  async (name, root) => {
    const validated = validations()
    for (const value of [HUGE, { attributes: HUGE }, 'x'.repeat(200_000), null]) {
      const { status, data, errors } = await app.run(documentOf(root), wrong(root, value), { scopes: [] })
      expect({ status, data }).toEqual({ status: 200, data: { [name]: null } })
      expect(errors).toMatchObject([{ path: [name], extensions: { code: 'FORBIDDEN', retryable: false } }])
      expect(errors[0]!.message).toBe(`This needs the scope ${demandsOf(root.field)![0]![0]}.`)
      expect(JSON.stringify(errors).length).toBeLessThan(1_000)
    }
    expect(validated).not.toHaveBeenCalled()
  },
)

test.each<[what: string, document: string, data: object, missing: readonly Scope[]]>([
  [
    'several fields, each with its own scope',
    'mutation($input: CreatePersonInput!, $other: CreateUserInput!) { createPerson(input: $input) { replayed } again: createUser(input: $other) { replayed } }',
    { createPerson: null, again: null },
    ['persons:write', 'users:write'],
  ],
  [
    'a field beside __typename',
    'mutation($input: CreatePersonInput!) { kind: __typename createPerson(input: $input) { replayed } }',
    { kind: 'Mutation', createPerson: null },
    ['persons:write'],
  ],
  [
    'a field in a fragment',
    'query($input: [CustomerAttributeMatch!]!) { ...F ... { again: customersByAttributes(attributes: $input) { id } } } fragment F on Query { customersByAttributes(attributes: $input) { id } }',
    { customersByAttributes: null, again: null },
    ['customers:read', 'customers:read'],
  ],
  [
    'a field under conditions',
    'mutation($input: CreatePersonInput!, $yes: Boolean = true, $no: Boolean = false) { createPerson(input: $input) @include(if: $yes) @skip(if: $no) { replayed } again: createPerson(input: $input) @include(if: $no) { replayed } }',
    { createPerson: null },
    ['persons:write'],
  ],
])('%s is refused in the form of an execution', async (_what, document, data, missing) => {
  const validated = validations()
  for (let i = 0; i < 3; i += 1) {
    const result = await app.run(
      document,
      { input: HUGE.slice(5_000), other: HUGE.slice(6_000) },
      { scopes: ['schema:read'] },
    )
    expect(result.data).toEqual(data)
    expect(result.errors.map(({ message }) => message)).toEqual(
      missing.map((scope) => `This needs the scope ${scope}.`),
    )
    expect(result.status).toBe(200)
  }
  expect(validated).not.toHaveBeenCalled()
})

test('a field that may be called is answered, and the arguments of the others are not validated', async () => {
  const document =
    'query($attributes: [CustomerAttributeMatch!]!) { viewer { id } customersByAttributes(attributes: $attributes) { id } }'
  const validated = validations()
  const { data, errors } = await app.run(
    document,
    { attributes: Array(50).fill({ name: '', value: '' }) },
    { scopes: ['customers:read'] },
  )
  expect(data).toMatchObject({ viewer: { id: expect.any(String) as string }, customersByAttributes: null })
  expect(errors).toMatchObject([
    { path: ['customersByAttributes'], message: 'This needs the scope pii:read.', extensions: { code: 'FORBIDDEN' } },
  ])
  expect(validated).not.toHaveBeenCalled()
})

test('the scope of a nested field comes before the rules of its arguments', async () => {
  const { errors } = await app.run(
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { customers { attribute(id: " ") { id } } } } }',
    { input: { isCustomer: false, status: 'PROSPECT' } },
    { scopes: ['persons:write', 'customers:read:own'] },
  )
  expect(errors.filter(({ extensions }) => extensions.code === 'BAD_USER_INPUT')).toEqual([])
})

test('a caller with the scope is told what is wrong with the input', async () => {
  const { status, errors } = await app.run(
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }',
    { input: {} },
    { scopes: ['persons:write'] },
  )
  expect(status).toBe(400)
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

test('an own scope is a way to the field', async () => {
  const { errors } = await app.run(
    'query($id: ID!) { person(id: $id) { id } }',
    { id: null },
    { scopes: ['persons:read:own'] },
  )
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

test('a field without its scope is a member of the answer, whatever its alias is', async () => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token({ scopes: [] })}` },
    body: JSON.stringify({ query: '{ __proto__: persons { nodes { id } } }' }),
  })
  expect(await response.text()).toContain('"data":{"__proto__":null}')
})
