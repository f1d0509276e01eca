import { isNonNullType, isObjectType } from 'graphql'
import type { ConcreteRequest } from 'relay-runtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { typePolicies } from '../typescript/src/apollo.js'
import { getDataID as packagedGetDataID } from '../typescript/src/relay.js'
import { keys } from '../typescript/src/urql.js'
import { apolloOptions, type Cache, CACHES, getDataID, graphcacheOptions } from './support/caches.js'
import { everythingOf } from './support/everything.js'
import { api, operationsOf, promised } from './support/operations.js'
import { type Recorded, readRecords, writeRecords } from './support/records.js'
import { compileForRelay } from './support/relay.js'
import { sampleAnswer, sampleVariables } from './support/sample.js'
import { removeScratch } from './support/scratch.js'
import { type Data, endpoint, tokenOf } from './support/server-client.js'

const CLIENTS = ['ops', 'partner', 'ada'] as const

/** The records that were written, by field of `Mutation`, and those that each client read. */
let written: readonly (readonly Recorded[])[]
let readBy: Readonly<Record<(typeof CLIENTS)[number], readonly Recorded[]>>
let artifacts: ReadonlyMap<string, ConcreteRequest>

beforeAll(async () => {
  written = await writeRecords()
  const reads = []
  for (const client of CLIENTS) reads.push([client, await readRecords(client, written.flat())] as const)
  readBy = Object.fromEntries(reads) as typeof readBy
  const recorded = [...written, ...Object.values(readBy)].flat().map(({ operation }) => operation)
  const operations = new Map([...promised, ...recorded].map((operation) => [operation.name, operation]))
  artifacts = await compileForRelay([...operations.values()])
})
afterAll(removeScratch)

interface Verification {
  readonly id: string
  readonly account: { readonly accountId: string; readonly nameCheckStatus: string }
}

/** An account of the emulator that belongs to another holder, and ends with the same four digits as Ada's. */
const OTHER_ACCOUNT = '90070020000001'
const NAME = `${ADA.lastName},${ADA.firstName}`
const check = (id: string, name: string) => ({
  input: { types: ['NAME'], account: { type: 'PERSONAL', idScheme: 'SCAN', id, name } },
})

describe.each(CACHES)('$name', ({ create, isDocumented }) => {
  /** What the client warns of: of nothing with the options of the documentation. */
  const warnings: unknown[] = []
  beforeEach(() => {
    warnings.length = 0
    for (const level of ['warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((...message) => void (isDocumented && warnings.push(message)))
  })
  afterEach(() => void vi.restoreAllMocks())

  const verify = everythingOf('mutation', 'verifyAccount')
  const stored = everythingOf('query', 'verificationResult')

  test.each([
    ['two checks of one account with two names', check(ADA.account, NAME), check(ADA.account, 'Fraudster,Frank')],
    ['two accounts with equal masks', check(ADA.account, NAME), check(OTHER_ACCOUNT, NAME)],
  ])('keeps the answers to %s apart', async (_title, first, second) => {
    const client = create({ endpoint, token: tokenOf('partner') }, artifacts)
    const ids: string[] = []
    for (const variables of [first, second]) {
      const { verifyAccount } = (await client.ask(verify, variables)) as { verifyAccount: { result: Verification } }
      ids.push(verifyAccount.result.id)
    }
    for (const id of ids) await client.ask(stored, { id })

    const results = ids.map(
      (id) => (client.read(stored, { id }) as { verificationResult: Verification }).verificationResult,
    )
    expect(results.map(({ id, account }) => ({ id, status: account.nameCheckStatus }))).toEqual([
      { id: ids[0], status: 'FULL_MATCH' },
      { id: ids[1], status: 'NO_MATCH' },
    ])
    // What the caller sees of the two accounts is the same.
    expect(results[0]!.account.accountId).toBe(results[1]!.account.accountId)
  })

  test.each(CLIENTS)('merges no two objects of all that %s reads', async (client) => {
    await expectNoMerge(create, readBy[client])
    expect(warnings).toEqual([])
  })

  test('takes the answers to all promised operations', async () => {
    const client = create({ endpoint, token: '', fetch: sampleFetch }, artifacts)
    // A cache takes the results of a subscription as those of the query of the same field; `subscriptions.test.ts` subscribes.
    for (const operation of promised.filter(({ kind }) => kind !== 'subscription')) {
      const variables = sampleVariables(operation)
      await client.ask(operation, variables)
      expect(client.read(operation, variables)).toMatchObject(sampleAnswer(operation))
    }
    expect(warnings.filter((message) => !isOfUnaskedId(message))).toEqual([])
  })

  test('merges no two objects of all that was written', async () => {
    for (const records of written) await expectNoMerge(create, records)
    expect(warnings).toEqual([])
  })
})

/** Graphcache also warns of an object that has an `id` which the operation does not ask for: it is stored without a key. */
function isOfUnaskedId(message: unknown): boolean {
  const type = api.getType(/create a custom `keys` config for `(\w+)`/.exec(String(message))?.[1] ?? '')
  return isObjectType(type) && isNonNullType(type.getFields()['id']?.type)
}

/** Answers any operation from the schema alone. */
const sampleFetch: typeof fetch = async (_resource, init) => {
  const { query } = JSON.parse(init!.body as string) as { query: string }
  return Response.json({ data: sampleAnswer(operationsOf(query)[0]!) })
}

/** Gives a client every answer, then reads all from its cache: where two objects were merged, an answer has changed. */
async function expectNoMerge(create: Cache['create'], records: readonly Recorded[]): Promise<void> {
  let answer: Data = {}
  const replay = async () => Response.json({ data: answer })
  const client = create({ endpoint, token: '', fetch: replay }, artifacts)
  for (const { operation, variables, data } of records) {
    answer = data
    await client.ask(operation, variables)
  }
  const read = records.map(({ operation, variables }) => ({ variables, data: client.read(operation, variables) }))
  expect(read).toEqual(records.map(({ variables, data }) => ({ variables, data })))
}

/** Types of which these records hold fewer than two different objects, and why. */
const ALIKE: Readonly<Record<string, string>> = {
  AccountVerificationError: 'no row of these jobs fails',
  ChallengeProgress: 'the emulator has one challenge',
  CreditLimitRequest: 'the provider answers the same words for every customer',
  CreditLimitRequestReceipt: 'the provider answers the same words for every customer',
  IdentityChallenge: 'the emulator has one challenge',
  JobError: 'the emulator has one failure',
  MonitoringAlert: 'the provider alone raises alerts',
  Subscription: 'the records are read by queries',
  UserEntitlement: 'a new user has none, and only createUser answers users',
  WebhookDelivery: 'nothing is delivered without a receiver',
  WebhookDeliveryConnection: 'nothing is delivered without a receiver',
  WebhookDeliveryEdge: 'nothing is delivered without a receiver',
}

test('the records hold two different objects of every type that can be reached', () => {
  const objects = new Map<string, Set<string>>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { __typename: type } = value as { __typename?: string }
    if (type !== undefined) objects.set(type, (objects.get(type) ?? new Set()).add(JSON.stringify(value)))
    for (const member of Object.values(value)) visit(member)
  }
  for (const { data } of [...written.flat(), ...readBy.ops, ...readBy.ada]) visit(data)

  const types = Object.values(api.getTypeMap()).filter(
    (type) =>
      isObjectType(type) &&
      !type.name.startsWith('__') &&
      type !== api.getQueryType() &&
      type !== api.getMutationType(),
  )
  // The answer to a mutation belongs to its call.
  const reached = types.map(({ name }) => name).filter((name) => !name.endsWith('Payload'))
  const alike = reached.filter((name) => (objects.get(name)?.size ?? 0) < 2)
  expect(alike.toSorted()).toEqual(Object.keys(ALIKE))
})

test('the package @kyc-graph/client exports the options that docs/client-caches.md shows', () => {
  expect(typePolicies).toEqual(apolloOptions.typePolicies)
  const objects = [{ id: 'id-1' }, { id: null }]
  const answers = (keysOf: object) =>
    Object.entries(keysOf).map(([type, key]: [string, (object: object) => unknown]) => [type, objects.map(key)])
  expect(answers(keys)).toEqual(answers(graphcacheOptions.keys!))
  const identities = (identity: typeof getDataID) => objects.map((object) => identity(object, 'Customer'))
  expect(identities(packagedGetDataID)).toEqual(identities(getDataID))
})
