import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { banficoCommands } from '../../datasources/banfico/commands.js'
import { JobStore } from '../../datasources/banfico/job-store.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Attempt, Command } from '../../datasources/contract/operations.js'
import type { Store } from '../../datasources/contract/store.js'
import { WebhookDisabledReason, WebhookEventType } from '../../schema/webhook-endpoint.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { createDeadlines, type Deadline } from '../../src/lifecycle/deadline.js'
import { AddressRules } from '../../src/partner-webhooks/address-rules.js'
import { DeliveryList } from '../../src/partner-webhooks/delivery-list.js'
import { MemoryDeliveryQueue } from '../../src/partner-webhooks/memory-queue.js'
import { partnerWebhookOperations } from '../../src/partner-webhooks/operations.js'
import { EndpointRegistry } from '../../src/partner-webhooks/registry.js'
import { retrySchedule } from '../../src/partner-webhooks/retry-schedule.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import type { RawStore } from '../../src/store/raw-store.js'
import { later, today } from '../support/clock.js'
import { cipherOf } from '../support/keys.js'

const CALLER = { tenant: 'tenant:bank', client: 'app', subject: 'app', scopes: new Set<string>(), claims: {} } as never
const OVERLAP_MS = 24 * 3_600_000
const EVENT = '1-1'
const { commands } = partnerWebhookOperations

type Raw = { -readonly [name in keyof RawStore]: RawStore[name] }
type Answer = Readonly<Record<string, unknown>>

let raw: Raw
let store: Store
let registry: EndpointRegistry
let queue: MemoryDeliveryQueue
let webhooks: object
let idempotency: Idempotency
/** The id of the last attempt. */
let begun: string
beforeEach(() => {
  raw = memoryStore()
  store = encryptedStore(raw, cipherOf([randomBytes(32)]))
  registry = new EndpointRegistry({ store, hasTenants: false, maxEndpoints: 9, overlapMs: OVERLAP_MS })
  openQueue(Date.now)
  idempotency = new Idempotency(30_000)
})
afterEach(async () => {
  today()
  await queue.close()
  await raw.close()
})

/** Opens the queue of deliveries of workers with this clock. */
function openQueue(now: () => number): void {
  queue = new MemoryDeliveryQueue({ schedule: retrySchedule([60]), now })
  const deliveries = new DeliveryList({ queue, events: { find: () => Promise.resolve(null) } })
  webhooks = { registry, deliveries, rules: new AddressRules([]) }
}

const banfico = { retentionSeconds: 60, record: () => undefined, jobs: { start: () => undefined } }

/** Runs a command of this server's own store; answers its payload or the error. */
function run(
  name: keyof typeof commands | 'verifyAccounts',
  input: object,
  { then, ...deadline }: Partial<Pick<Deadline, 'signal' | 'markSent'>> & { then?: () => Promise<never> } = {},
): Promise<Answer> {
  const isJob = name === 'verifyAccounts'
  const command = (isJob ? banficoCommands.verifyAccounts : commands[name]) as unknown as Command<
    object,
    object,
    object
  >
  const operation = { caller: CALLER, store, ...deadline, foreign: () => undefined } as never
  return idempotency.execute<object>({
    caller: CALLER,
    store,
    mutation: name,
    input,
    repeatable: true,
    intentRecorded: Promise.resolve(),
    toStored: (payload) => command.toStored?.(payload) ?? payload,
    run: async (attempt: Attempt) => {
      begun = attempt.id
      const payload = await command.run(isJob ? banfico : webhooks, operation, input, attempt)
      return then === undefined ? payload : then()
    },
  })
}

const failed = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: ApiError) => error,
  )

/** The store executes one of the next changes, the first or a later one, and its reply is lost. */
function loseReply(number = 1): void {
  const { compareAndSwap } = raw
  let left = number
  raw.compareAndSwap = async (...swap) => {
    const isMade = await compareAndSwap(...swap)
    left -= 1
    if (left > 0) return isMade
    raw.compareAndSwap = compareAndSwap
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }
}

/** The queue of deliveries replays one, and its reply is lost. */
function loseReplay(): void {
  const replay = queue.replay.bind(queue)
  queue.replay = async (...replayed) => {
    await replay(...replayed)
    queue.replay = replay
    throw new Error('Connection is closed.')
  }
}

/** A process that ends after its write, before the outcome is stored. */
const dies = () => Promise.reject(new Error('The process ended.'))

const types = [WebhookEventType.PERSON_VERIFICATION]
async function endpoint(): Promise<string> {
  const { endpoint: made } = await run('createWebhookEndpoint', { url: 'https://partner.example/', types })
  return (made as { id: string }).id
}

async function deadDelivery(endpointId: string): Promise<void> {
  queue.work(() => Promise.resolve({ outcome: 'HTTP_4XX' as never, verdict: 'dead' }))
  await queue.add({ eventId: EVENT, endpointId })
  const state = async () => (await queue.find({ eventId: EVENT, endpointId }))?.state
  await expect.poll(state).toBe('dead')
}

const accounts = (...ids: string[]) => ({
  types: ['NAME'],
  accounts: ids.map((id) => ({
    clientReference: id,
    account: { idScheme: 'IBAN', id: 'DE89370400440532013000', name: `Payee ${id}` },
  })),
})

describe('a change of which the store loses the reply is in doubt, and its repeat finds it done', () => {
  test.each([1, 2])('createWebhookEndpoint, change %i', async (number) => {
    const input = { url: 'https://one.example/', types, idempotencyKey: 'k' }
    loseReply(number)
    const lost = await failed(run('createWebhookEndpoint', input))
    expect(lost.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    const other = await failed(run('createWebhookEndpoint', { ...input, url: 'https://two.example/' }))
    expect(other.code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(await run('createWebhookEndpoint', input)).toMatchObject({
      endpoint: { url: 'https://one.example/' },
      secret: expect.any(String),
    })
    expect(await registry.of(CALLER)).toHaveLength(1)
  })

  test('createWebhookEndpoint that was not executed is executed', async () => {
    const input = { url: 'https://one.example/', types, idempotencyKey: 'k' }
    const { compareAndSwap } = raw
    raw.compareAndSwap = () => Promise.reject(new ApiError('STORE_UNAVAILABLE'))
    expect((await failed(run('createWebhookEndpoint', input))).extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    raw.compareAndSwap = compareAndSwap
    expect(await run('createWebhookEndpoint', input)).toMatchObject({ endpoint: { url: 'https://one.example/' } })
  })

  test.each([1, 2, 3])('verifyAccounts, change %i', async (number) => {
    const input = { ...accounts('a', 'b'), idempotencyKey: 'k' }
    loseReply(number)
    const lost = await failed(run('verifyAccounts', input))
    expect(lost.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    const other = await failed(run('verifyAccounts', { ...accounts('x', 'y', 'z'), idempotencyKey: 'k' }))
    expect(other.code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(await run('verifyAccounts', input)).toMatchObject({ job: { counts: { total: 2 } } })
  })

  test('rotateWebhookEndpointSecret', async () => {
    const endpointId = await endpoint()
    const before = (await registry.find(endpointId))!.secret
    loseReply()
    const input = { endpointId, idempotencyKey: 'k' }
    expect((await failed(run('rotateWebhookEndpointSecret', input))).code).toBe('OUTCOME_UNKNOWN')
    const rotated = (await registry.find(endpointId))!
    expect(await run('rotateWebhookEndpointSecret', input)).toMatchObject({ secret: rotated.secret })
    expect((await registry.find(endpointId))!.previous!.secret).toBe(before)
  })

  test.each([1, 2])('disableWebhookEndpoint and enableWebhookEndpoint, change %i', async (number) => {
    const input = { endpointId: await endpoint(), idempotencyKey: 'k' }
    for (const [name, isEnabled] of [
      ['disableWebhookEndpoint', false],
      ['enableWebhookEndpoint', true],
    ] as const) {
      loseReply(number)
      expect((await failed(run(name, input))).code).toBe('OUTCOME_UNKNOWN')
      expect(await run(name, input)).toMatchObject({ endpoint: { isEnabled } })
    }
  })

  test.each([1, 2])('deleteWebhookEndpoint, change %i', async (number) => {
    const endpointId = await endpoint()
    loseReply(number)
    expect((await failed(run('deleteWebhookEndpoint', { endpointId, idempotencyKey: 'k' }))).code).toBe(
      'OUTCOME_UNKNOWN',
    )
    expect(await run('deleteWebhookEndpoint', { endpointId, idempotencyKey: 'k' })).toMatchObject({
      deletedId: endpointId,
    })
    expect(await registry.find(endpointId)).toBeNull()
  })

  test.each(['before', 'after'])('replayWebhookDelivery, repeated %s the delivery has ended again', async (when) => {
    const input = { endpointId: await endpoint(), eventId: EVENT, idempotencyKey: 'k' }
    await deadDelivery(input.endpointId)
    let attempts = 0
    queue.work(async () => {
      attempts += 1
      await delay(when === 'before' ? 200 : 0)
      return { outcome: 'HTTP_2XX' as never, verdict: 'delivered' }
    })
    loseReplay()
    await delay(5)
    expect((await failed(run('replayWebhookDelivery', input))).code).toBe('OUTCOME_UNKNOWN')
    const state = async () => (await queue.find(input))?.state
    if (when === 'after') await expect.poll(state).toBe('delivered')
    expect(await run('replayWebhookDelivery', input)).toMatchObject({ delivery: { eventId: EVENT } })
    await expect.poll(state).toBe('delivered')
    await delay(20)
    expect(attempts).toBe(1)
  })

  test.each([-10_000, 0, 10_000])(
    'replayWebhookDelivery that was not executed is executed, once, by a worker whose clock is %i ms off',
    async (offMs) => {
      await queue.close()
      openQueue(() => Date.now() + offMs)
      const input = { endpointId: await endpoint(), eventId: EVENT, idempotencyKey: 'k' }
      await deadDelivery(input.endpointId)
      let attempts = 0
      queue.work(() => {
        attempts += 1
        return Promise.resolve({ outcome: 'HTTP_2XX' as never, verdict: 'delivered' })
      })
      const state = async () => (await queue.find(input))?.state
      vi.spyOn(queue, 'replay').mockRejectedValueOnce(new Error('Connection is closed.'))
      expect((await failed(run('replayWebhookDelivery', input))).code).toBe('OUTCOME_UNKNOWN')
      const { delivery } = await run('replayWebhookDelivery', input)
      expect(delivery).toMatchObject({ state: 'PENDING' })
      await expect.poll(state).toBe('delivered')
      expect(attempts).toBe(1)
    },
  )

  test('replayWebhookDelivery that was not executed, and that another call has executed since', async () => {
    const input = { endpointId: await endpoint(), eventId: EVENT, idempotencyKey: 'k' }
    await deadDelivery(input.endpointId)
    const state = async () => (await queue.find(input))?.state
    vi.spyOn(queue, 'replay').mockRejectedValueOnce(new Error('Connection is closed.'))
    expect((await failed(run('replayWebhookDelivery', input))).code).toBe('OUTCOME_UNKNOWN')
    queue.work(() => Promise.resolve({ outcome: 'HTTP_2XX' as never, verdict: 'delivered' }))
    await run('replayWebhookDelivery', { ...input, idempotencyKey: 'other' })
    await expect.poll(state).toBe('delivered')
    expect(await run('replayWebhookDelivery', input)).toMatchObject({ delivery: { state: 'DELIVERED' } })
  })

  test('and is not repeated without a key', async () => {
    const endpointId = await endpoint()
    loseReply()
    const { extensions } = await failed(run('rotateWebhookEndpointSecret', { endpointId }))
    expect(extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
  })
})

test('a store that cannot be read before the first change has changed nothing', async () => {
  const endpointId = await endpoint()
  raw.read = () => Promise.reject(new ApiError('STORE_UNAVAILABLE'))
  raw.get = raw.read as never
  for (const [name, input] of [
    ['createWebhookEndpoint', { url: 'https://one.example/', types }],
    ['verifyAccounts', accounts('a')],
    ['disableWebhookEndpoint', { endpointId }],
    ['deleteWebhookEndpoint', { endpointId }],
  ] as const)
    expect((await failed(run(name, input))).code).toBe('STORE_UNAVAILABLE')
})

describe('what is stored under the id of an attempt with another input is not its answer', () => {
  test('of an endpoint', async () => {
    const made = {
      id: 'i',
      tenant: 't',
      client: 'c',
      url: 'https://one.example/',
      types: [],
      secret: 's',
      createdAt: 1,
    }
    await registry.add(made)
    expect((await failed(registry.add({ ...made, url: 'https://two.example/' }))).code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(await registry.add({ ...made, secret: 'other' })).toEqual(made)
  })

  test.each([
    ['more rows', accounts('a', 'b', 'c')],
    ['other rows', accounts('a', 'x')],
    ['another age', { ...accounts('a', 'b'), maxAgeSeconds: 1 }],
    ['other payees', { ...accounts('a', 'b'), types: ['NAME', 'OTHER'] }],
  ])('of a job: %s', async (_what, input) => {
    const attempt = { id: randomUUID(), isRetry: false, begunAt: 0 }
    const operation = { caller: CALLER, store } as never
    const begin = (asked: object) =>
      banficoCommands.verifyAccounts.run(banfico as never, operation, asked as never, attempt)
    const { job } = await begin(accounts('a', 'b'))
    expect((await failed(begin(input))).code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(await begin(accounts('a', 'b'))).toEqual({ job })
  })
})

test('a repeat of a job leaves a row that was erased as it is', async () => {
  const input = { ...accounts('a', 'b'), idempotencyKey: 'k' }
  loseReply(3)
  expect((await failed(run('verifyAccounts', input))).code).toBe('OUTCOME_UNKNOWN')
  await store.update(['verification-row', begun, '0'], 60, () => null)
  expect(await run('verifyAccounts', input)).toMatchObject({ job: { id: begun } })
  expect(await new JobStore(store, 60).rows(begun, 2)).toEqual([
    null,
    expect.objectContaining({ clientReference: 'b' }),
  ])
})

test.each(['createWebhookEndpoint', 'verifyAccounts'] as const)(
  'a %s that the store makes slowly is in doubt at the deadline, and its repeat finds it done',
  async (name) => {
    const input = {
      ...(name === 'verifyAccounts' ? accounts('a') : { url: 'https://one.example/', types }),
      idempotencyKey: 'k',
    }
    const { compareAndSwap } = raw
    raw.compareAndSwap = async (...swap) => (await delay(150), compareAndSwap(...swap))
    const response = { on: () => undefined, closed: false, writableFinished: true }
    const deadlines = createDeadlines(50)
    const deadline = deadlines.begin(performance.now() + 50, response)
    const { markSent } = deadline
    const { extensions } = await failed(deadline.raceWrite(() => run(name, input, { markSent }), true))
    expect(extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    await deadlines.settled()
    expect(await run(name, input)).toMatchObject({ replayed: true })
  },
)

test.each(['createWebhookEndpoint', 'rotateWebhookEndpointSecret', 'verifyAccounts'] as const)(
  'a %s whose deadline passes before its first change makes none, and frees its key',
  async (name) => {
    const [endpointId, otherId] = [await endpoint(), await endpoint()]
    const [input, other] = {
      createWebhookEndpoint: [
        { url: 'https://one.example/', types },
        { url: 'https://two.example/', types },
      ],
      rotateWebhookEndpointSecret: [{ endpointId }, { endpointId: otherId }],
      verifyAccounts: [accounts('a'), accounts('b')],
    }[name] as [object, object]
    const { get } = raw
    const before = await registry.of(CALLER)
    const response = { on: () => undefined, closed: false, writableFinished: true }
    const deadlines = createDeadlines(50)
    const deadline = deadlines.begin(performance.now() + 50, response)
    // The reads before the first change take longer than the deadline.
    raw.get = async (key) => (await delay(80), get(key))
    const { extensions } = await failed(
      deadline.raceWrite(() => run(name, { ...input, idempotencyKey: 'k' }, deadline), true),
    )
    expect(extensions).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true })
    await deadlines.settled()
    raw.get = get
    expect(await registry.of(CALLER)).toEqual(before)
    expect(await new JobStore(store, 60).find(begun)).toBeNull()
    expect(await run(name, { ...other, idempotencyKey: 'k' })).toMatchObject({ replayed: false })
  },
)

describe('a repeat does not revert a later change', () => {
  const STATES = {
    disableWebhookEndpoint: 'enableWebhookEndpoint',
    enableWebhookEndpoint: 'disableWebhookEndpoint',
  } as const

  test.each([
    ['disableWebhookEndpoint', 'executed'],
    ['enableWebhookEndpoint', 'executed'],
    ['disableWebhookEndpoint', 'not executed'],
    ['enableWebhookEndpoint', 'not executed'],
  ] as const)('of %s whose first call was %s', async (name, what) => {
    const endpointId = await endpoint()
    const other = STATES[name]
    await run(other, { endpointId })
    later(1)
    const isFirstDone = what === 'executed'
    const { compareAndSwap } = raw
    if (!isFirstDone) raw.compareAndSwap = () => Promise.reject(new Error('The process ended.'))
    await failed(run(name, { endpointId, idempotencyKey: 'k1' }, { then: dies }))
    raw.compareAndSwap = compareAndSwap
    later(2)
    await run(other, { endpointId, idempotencyKey: 'k2' })
    later(3)
    for (let i = 0; i < 2; i += 1) {
      const { extensions } = await failed(run(name, { endpointId, idempotencyKey: 'k1' }))
      expect(extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    }
    expect((await registry.find(endpointId))!.disabled === undefined).toBe(other === 'enableWebhookEndpoint')
  })

  test('of an endpoint that this server has disabled since', async () => {
    const endpointId = await endpoint()
    await run('disableWebhookEndpoint', { endpointId })
    later(1)
    await failed(run('enableWebhookEndpoint', { endpointId, idempotencyKey: 'k' }, { then: dies }))
    later(2)
    await registry.disable(endpointId, WebhookDisabledReason.GONE)
    expect((await failed(run('enableWebhookEndpoint', { endpointId, idempotencyKey: 'k' }))).code).toBe(
      'OUTCOME_UNKNOWN',
    )
    expect((await registry.find(endpointId))!.disabled?.reason).toBe('GONE')
  })

  test('of an endpoint that was deleted since it was created', async () => {
    const input = { url: 'https://one.example/', types, idempotencyKey: 'k' }
    await failed(run('createWebhookEndpoint', input, { then: dies }))
    const endpointId = begun
    await run('deleteWebhookEndpoint', { endpointId })
    for (let i = 0; i < 2; i += 1) {
      const { extensions } = await failed(run('createWebhookEndpoint', input))
      expect(extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    }
    expect(await registry.find(endpointId)).toBeNull()
    expect(await registry.of(CALLER)).toEqual([])
    expect((await failed(run('deleteWebhookEndpoint', { endpointId }))).code).toBe('NOT_FOUND')
    expect((await failed(run('enableWebhookEndpoint', { endpointId }))).code).toBe('NOT_FOUND')
  })

  test('of a secret', async () => {
    const endpointId = await endpoint()
    later(1)
    await failed(run('rotateWebhookEndpointSecret', { endpointId, idempotencyKey: 'k1' }, { then: dies }))
    later(2)
    const { secret } = await run('rotateWebhookEndpointSecret', { endpointId, idempotencyKey: 'k2' })
    const { extensions } = await failed(run('rotateWebhookEndpointSecret', { endpointId, idempotencyKey: 'k1' }))
    expect(extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    expect((await registry.find(endpointId))!.secret).toBe(secret)
  })

  test('and is made where the change came before the first call', async () => {
    const endpointId = await endpoint()
    await run('enableWebhookEndpoint', { endpointId })
    later(1)
    const { compareAndSwap } = raw
    raw.compareAndSwap = () => Promise.reject(new Error('The process ended.'))
    await failed(run('disableWebhookEndpoint', { endpointId, idempotencyKey: 'k' }))
    raw.compareAndSwap = compareAndSwap
    later(2)
    const { endpoint: disabled } = await run('disableWebhookEndpoint', { endpointId, idempotencyKey: 'k' })
    expect(disabled).toMatchObject({ isEnabled: false })
  })
})
