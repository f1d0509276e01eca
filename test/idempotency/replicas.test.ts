import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { CROWD } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'
import { emptyDatabase } from '../support/redis.js'
import { type Replica, startReplica } from '../support/replica.js'

const LEASE_MS = 3_000
const SETTINGS = {
  REDIS_URL: await emptyDatabase(),
  STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  WRITE_LEASE_SECONDS: String(LEASE_MS / 1000),
}
const ROUTE = 'POST /v0/persons'
const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const BRANCH =
  'mutation($input: UpdateCustomerBranchInput!) { updateCustomerBranch(input: $input) { replayed customer { branchId } } }'
const MEET = 'mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed meeting { id } } }'

let app: App
let one: Replica
let other: Replica
beforeAll(async () => {
  app = await startApp()
  ;[one, other] = await Promise.all([startReplica(app, SETTINGS), startReplica(app, SETTINGS)])
})
beforeEach(() => app.clear())
afterAll(async () => {
  await Promise.all([one.end('SIGKILL'), other.end('SIGKILL')])
  await app.close()
})

const create = (replica: Replica, idempotencyKey: string) =>
  replica.run(CREATE, { input: { idempotencyKey, isCustomer: true, status: 'ACTIVE', firstName: 'Nora' } })
const branch = (replica: Replica, idempotencyKey: string, branchId: string) =>
  replica.run(BRANCH, { input: { idempotencyKey, customerId: CROWD[7]!.customerId, branchId } })
const meet = (replica: Replica, idempotencyKey: string) =>
  replica.run(MEET, {
    input: {
      idempotencyKey,
      providerId: 'video',
      purposeId: 'onboarding',
      date: '2030-01-01T00:00:00Z',
      creator: { name: 'Sue', mobilePhone: '', emailAddress: '' },
      invitees: [],
    },
  })
const codeOf = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) => errors[0]?.extensions.code

/** How many persons Synctera has: what counts are effects, not calls. */
async function persons(): Promise<number> {
  const { data } = await app.run('{ persons(first: 100, filter: { firstName: "Nora" }) { nodes { id } } }')
  return data.persons.nodes.length as number
}
/** Repeats the request until no process runs the write. */
async function settled<Answer extends { errors: readonly { extensions: { code: string } }[] }>(
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let last: Answer | undefined
  await expect
    .poll(async () => codeOf((last = await ask())), { timeout: LEASE_MS * 4, interval: 100 })
    .not.toBe('IDEMPOTENCY_IN_PROGRESS')
  return last!
}
const creations = () => app.calls('synctera').filter((call) => call === ROUTE)
const keys = () =>
  app.recorded('synctera').flatMap(({ method, headers }) => (method === 'POST' ? [headers['idempotency-key']] : []))
const asked = (method: string, part: string) =>
  app.calls('obp').filter((call) => call.startsWith(method) && call.includes(part))
const begun = (method: string, part: string) => expect.poll(() => asked(method, part).length, { interval: 10 }).toBe(1)

test('two hundred callers of two processes create one person, and each gets the person or an in-progress error', async () => {
  const before = await persons()
  const idempotencyKey = randomUUID()
  app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 300 })
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => create(i % 2 ? one : other, idempotencyKey)))
  const ids = new Set(answers.flatMap(({ data }) => (data.createPerson ? [data.createPerson.person.id as string] : [])))
  expect(ids.size).toBe(1)
  expect(new Set(answers.map(codeOf))).toEqual(new Set([undefined, 'IDEMPOTENCY_IN_PROGRESS']))
  // A lease that a slow machine let go by is taken over, under the same name.
  expect(new Set(keys()).size).toBe(1)
  for (const replica of [one, other])
    expect((await create(replica, idempotencyKey)).data.createPerson).toEqual({
      replayed: true,
      person: { id: [...ids][0] },
    })
  expect(await persons()).toBe(before + 1)
})

test('the other process recovers a lost answer with the same provider key, and there is one person', async () => {
  const before = await persons()
  const idempotencyKey = randomUUID()
  app.fault('synctera', { match: ROUTE, fault: 'drop-after-apply', times: 3 })
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => create(i % 2 ? one : other, idempotencyKey)))
  expect(new Set(answers.map(codeOf)).has('OUTCOME_UNKNOWN')).toBe(true)
  const found = await create(other, idempotencyKey)
  expect((await create(one, idempotencyKey)).data.createPerson.person).toEqual(found.data.createPerson.person)
  const writes = app.recorded('synctera').filter(({ method }) => method === 'POST')
  expect(new Set(keys()).size).toBe(1)
  // Byte for byte, or the provider would take it for another one.
  expect(new Set(writes.map(({ body, headers }) => `${headers['content-length']} ${JSON.stringify(body)}`)).size).toBe(
    1,
  )
  expect(await persons()).toBe(before + 1)
})

test('a process paused past its lease does not overwrite the outcome that the next one stored', async () => {
  const before = await persons()
  const idempotencyKey = randomUUID()
  app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 200 })
  const paused = create(one, idempotencyKey)
  await expect.poll(() => creations().length, { interval: 10 }).toBe(1)
  one.child.kill('SIGSTOP')
  const found = await settled(() => create(other, idempotencyKey))
  expect(found.data.createPerson.replayed).toBe(false)
  one.child.kill('SIGCONT')
  // It was done once, so both have the same to tell; what is stored is the later runner's word.
  expect((await paused).data.createPerson.person).toEqual(found.data.createPerson.person)
  expect((await create(one, idempotencyKey)).data.createPerson).toEqual({
    replayed: true,
    person: found.data.createPerson.person,
  })
  expect(await persons()).toBe(before + 1)
})

test('a process paused past its lease answers the outcome of a non-repeatable write that ended meanwhile', async () => {
  const idempotencyKey = randomUUID()
  app.fault('obp', { match: 'POST /obp/v4.0.0/banks/*/meetings', fault: 'slow', delayMs: 200 })
  const paused = meet(one, idempotencyKey)
  await begun('POST', '/meetings')
  one.child.kill('SIGSTOP')
  expect(codeOf(await settled(() => meet(other, idempotencyKey)))).toBe('OUTCOME_UNKNOWN')
  one.child.kill('SIGCONT')
  const { meeting } = (await paused).data.createMeeting
  expect((await meet(other, idempotencyKey)).data.createMeeting).toEqual({ replayed: true, meeting })
  expect(asked('POST', '/meetings')).toHaveLength(1)
})

test('the other process replays the stored outcomes of a killed process, and finishes its running write once', async () => {
  const before = await persons()
  const [stored, repeated, readBack, unknown] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const kept = await create(one, stored)
  app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 400 })
  app.fault('obp', { match: 'PUT /obp/v4.0.0/banks/*/customers/*/branch', fault: 'slow', delayMs: 400 })
  app.fault('obp', { match: 'POST /obp/v4.0.0/banks/*/meetings', fault: 'slow', delayMs: 400 })
  const lost = [create(one, repeated), branch(one, readBack, 'branch-killed'), meet(one, unknown)].map((answer) =>
    answer.catch(() => 'killed'),
  )
  await Promise.all([
    begun('PUT', '/branch'),
    begun('POST', '/meetings'),
    expect.poll(() => creations().length, { interval: 10 }).toBe(2),
  ])
  await one.end('SIGKILL')
  expect(await Promise.all(lost)).toEqual(['killed', 'killed', 'killed'])

  expect((await create(other, stored)).data.createPerson).toEqual({ ...kept.data.createPerson, replayed: true })
  const made = await settled(() => create(other, repeated))
  expect((await create(other, repeated)).data.createPerson).toEqual({ ...made.data.createPerson, replayed: true })
  expect(await persons()).toBe(before + 2)
  expect((await settled(() => branch(other, readBack, 'branch-killed'))).data.updateCustomerBranch).toEqual({
    replayed: true,
    customer: { branchId: 'branch-killed' },
  })
  expect((await settled(() => meet(other, unknown))).errors[0]!.extensions).toMatchObject({
    code: 'OUTCOME_UNKNOWN',
    retryable: false,
  })
  expect([asked('PUT', '/branch'), asked('POST', '/meetings')].map((calls) => calls.length)).toEqual([1, 1])
})
