import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp, startGround } from '../support/app.js'
import { NO_PROVIDERS, writeTenants } from '../support/tenants-file.js'

// References (`_entities`) are a way to every personal value of a customer: credit first, which banks ask about first.

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
const READ: readonly Scope[] = ['customers:read', 'kyc:read', 'persons:read']
const OWN: readonly Scope[] = ['customers:read:own', 'kyc:read:own', 'persons:read:own']

/** The credit of a customer of a tenant, in values that occur nowhere else. */
const creditOf = (tenant: string, { firstName }: typeof ADA) => {
  const mark = `Zyx${tenant}${firstName}`
  const amount = `${73_190 + (tenant === 'beta' ? 1 : 0)}.${firstName === 'Ada' ? '01' : '02'}`
  return { rating: `${mark}Rating`, source: `${mark}Source`, amount }
}
const ALL = ['alpha', 'beta'].flatMap((tenant) => [ADA, RHEA].flatMap((who) => Object.values(creditOf(tenant, who))))
const of = (tenant: string, who: typeof ADA) => Object.values(creditOf(tenant, who))

let grounds: Awaited<ReturnType<typeof startGround>>[]
let app: App
/** The check of a customer at alpha or beta, and a verification that the tenant asked for. */
const checks: Record<string, string> = {}
const verifications: Record<string, string> = {}

async function prepare(tenant: string): Promise<void> {
  const run = async (query: string, input: object) => {
    const { data, errors } = await app.run(query, { input }, { claims: { tenant } })
    expect(errors).toEqual([])
    return data
  }
  for (const who of [ADA, RHEA]) {
    const { rating, source, amount } = creditOf(tenant, who)
    const { customerId, customerNumber } = who
    await run(
      'mutation($input: UpdateCustomerCreditRatingInput!) { updateCustomerCreditRating(input: $input) { replayed } }',
      { customerId, rating, source },
    )
    await run(
      'mutation($input: UpdateCustomerCreditLimitInput!) { updateCustomerCreditLimit(input: $input) { replayed } }',
      { customerId, creditLimit: { currency: 'EUR', amount } },
    )
    const { addKycCheck } = await run(
      'mutation($input: AddKycCheckInput!) { addKycCheck(input: $input) { kycCheck { id } } }',
      {
        ...{ customerId, customerNumber, date: '2024-05-01T09:10:00Z', how: 'online_meeting' },
        ...{ staffUserId: 'staff-7', staffName: 'Sam', satisfied: true, comments: 'Seen.' },
      },
    )
    checks[`${tenant} ${customerId}`] = addKycCheck.kycCheck.id as string
  }
  const { verifyAccount } = await run(
    'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }',
    { types: ['NAME'], account: { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' } },
  )
  verifications[tenant] = verifyAccount.result.id as string
}

beforeAll(async () => {
  grounds = await Promise.all([startGround(), startGround()])
  const [alpha, beta] = grounds.map(({ settings }) => ({ settings }))
  const TENANTS_FILE = writeTenants({ alpha: alpha!, beta: beta! })
  const providers = Object.fromEntries(Object.keys(alpha!.settings).map((name) => [name, undefined]))
  app = await startApp(
    { ...providers, ...NO_PROVIDERS, TENANTS_FILE, RATE_LIMIT_COST_PER_MINUTE: '0' },
    { ground: grounds[0]! },
  )
  await Promise.all(['alpha', 'beta'].map(prepare))
})
afterAll(async () => {
  await app.close()
  await Promise.all(grounds.map(({ close }) => close()))
})

const customer = ({ customerId }: typeof ADA, bankId = BANK) => ({ __typename: 'Customer', bankId, id: customerId })
const references = (who: typeof ADA, tenant = 'alpha') => [
  customer(who),
  { __typename: 'KycCheck', customerId: who.customerId, id: checks[`${tenant} ${who.customerId}`] },
  { __typename: 'Person', id: who.personId },
]

const CREDIT = 'creditRating { rating source } creditLimit { amount currency }'
const entities = (members: string, more = '') =>
  `query($of: [_Any!]!) { _entities(representations: $of) { ${members} } } ${more}`

/** Ways to ask for the credit of the customers of the references, each of which is a customer, a check or a person. */
const FORMS: Readonly<Record<string, string>> = {
  'an inline fragment': entities(`... on Customer { ${CREDIT} }`),
  'a named fragment': entities('...Named', `fragment Named on Customer { ${CREDIT} }`),
  'fragments in fragments': entities(
    '...Entity',
    `fragment Entity on _Entity { ...Named } fragment Named on Customer { ... { creditRating { ...Rating } creditLimit { ... on MonetaryAmount { amount } } } } fragment Rating on CreditRating { rating source }`,
  ),
  'an alias of the root': entities(`... on Customer { ${CREDIT} }`).replace('_entities', 'kycStatus: _entities'),
  'aliases that are names of public fields': entities(
    '... on Customer { kycStatus: creditRating { id: rating currency: source } lastOkDate: creditLimit { currency: amount } }',
  ),
  'a field twice': entities(
    '... on Customer { a: creditRating { rating } b: creditRating { source } creditLimit { amount } }',
  ),
  directives: entities(
    `... on Customer @include(if: true) { ${CREDIT.replace('rating ', 'rating @skip(if: false) ')} }`,
  ),
  'the customer of a check': entities(`... on KycCheck { customer { ${CREDIT} } }`),
  'the customers of a person': entities(`... on Person { customers { ${CREDIT} } }`),
}

/** Which credit is in an answer. */
const shown = (answer: object) => ALL.filter((value) => JSON.stringify(answer).includes(value))

interface Caller {
  readonly scopes: readonly Scope[]
  readonly tenant?: string
  readonly client?: string
}
const ask = (query: string, reps: readonly object[], { scopes, tenant = 'alpha', client = 'desk' }: Caller) =>
  app.run(query, { of: reps }, { scopes, client, claims: { tenant } })

describe.each(Object.entries(FORMS))('credit by %s', (_form, query) => {
  test('is shown with pii:read, and masked without it, alone and in a batch', async () => {
    for (const reps of [references(ADA), [...references(ADA), ...references(ADA), ...references(RHEA)]]) {
      const expected = reps.length > 3 ? [...of('alpha', ADA), ...of('alpha', RHEA)] : of('alpha', ADA)
      const seen = await ask(query, reps, { scopes: [...READ, 'pii:read'] })
      const masked = await ask(query, reps, { scopes: READ })
      expect([seen.errors, masked.errors]).toEqual([[], []])
      expect(shown(seen.data as object)).toEqual(expect.arrayContaining(expected))
      expect(shown(seen.data as object)).toHaveLength(expected.length)
      expect(shown(masked)).toEqual([])
    }
  })

  test('is the caller’s own with own scopes, and that of one’s own tenant', async () => {
    const reps = [...references(ADA), ...references(RHEA)]
    const own = await ask(query, reps, { scopes: OWN, client: 'ada' })
    expect(own.errors).toEqual([])
    expect(shown(own).sort()).toEqual(of('alpha', ADA).sort())
    const others = [...references(ADA, 'beta'), ...references(RHEA, 'beta')]
    const other = await ask(query, others, { scopes: [...READ, 'pii:read'], tenant: 'beta' })
    expect(shown(other).sort()).toEqual([...of('beta', ADA), ...of('beta', RHEA)].sort())
  })
})

const EVERYTHING = entities(
  `__typename ... on Customer { id legalName email dateOfBirth ${CREDIT} } ... on KycCheck { id staffName comments } ... on Person { id firstName email ssnLast4 } ... on VerificationResult { id account { accountId } }`,
)

test('members of a reference beside its key count for nothing', async () => {
  const planted = {
    ...customer(ADA),
    legalName: 'Planted',
    creditRating: { rating: 'Planted' },
    seesPersonalData: true,
  }
  for (const scopes of [READ, [...READ, 'pii:read'] as const]) {
    const { data } = await ask(EVERYTHING, [planted], { scopes })
    expect(JSON.stringify(data)).not.toContain('Planted')
    expect(shown(data as object)).toHaveLength(scopes.length > READ.length ? 3 : 0)
  }
})

test.each<[what: string, caller: Caller, reps: () => object[]]>([
  ['another customer with own scopes', { scopes: OWN, client: 'ada' }, () => references(RHEA)],
  [
    'another customer with own scopes and pii:read',
    { scopes: [...OWN, 'pii:read'], client: 'ada' },
    () => references(RHEA),
  ],
  [
    'a check of another customer under one’s own id',
    { scopes: OWN, client: 'ada' },
    () => [{ __typename: 'KycCheck', customerId: ADA.customerId, id: checks[`alpha ${RHEA.customerId}`] }],
  ],
  ['a customer of another bank', { scopes: [...READ, 'pii:read'] }, () => [customer(ADA, OTHER_BANK)]],
  [
    'a verification of another tenant',
    { scopes: ['verifications:read', 'verifications:read:any', 'pii:read'] },
    () => [{ __typename: 'VerificationResult', id: verifications['beta'] }],
  ],
])('%s is absent', async (_what, caller, reps) => {
  const { data, errors } = await ask(EVERYTHING, reps(), caller)
  expect(errors.map(({ extensions }) => extensions.code).filter((code) => code !== 'NOT_FOUND')).toEqual([])
  expect(data).toEqual({ _entities: reps().map(() => null) })
})
