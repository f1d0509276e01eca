import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  graphql,
  GraphQLEnumType,
  GraphQLError,
  GraphQLID,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql'
import { createHandler } from 'graphql-sse/lib/use/http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KycGraph, KycGraphError, type TokenProvider, TypedDocumentString } from '../src/index.js'

type State = 'PENDING' | 'COMPLETED'

const result = new GraphQLObjectType({
  name: 'VerificationResult',
  fields: {
    id: { type: GraphQLID },
    state: { type: new GraphQLEnumType({ name: 'State', values: { PENDING: {}, COMPLETED: {} } }) },
    nextPollAt: { type: GraphQLString },
  },
})
const args = { id: { type: new GraphQLNonNull(GraphQLID) } }

/** What each connection sends, in order; `cut` ends it without completing the subscription, `fails` is a failed result. */
let connections: (State | 'cut' | 'fails' | 'hold')[][]
let opened: number
let polls: number
let server: Server
let kyc: KycGraph

const passing = new GraphQLError('Later.', { extensions: { code: 'PROVIDER_TIMEOUT', retryable: true } })

async function* states() {
  const steps = connections[opened] ?? []
  opened += 1
  for (const step of steps) {
    if (step === 'cut') server.closeAllConnections()
    else if (step === 'hold') await new Promise(() => undefined)
    else yield { verificationResult: step === 'fails' ? passing : { id: '1', state: step } }
  }
}

const root = (name: string, fields: object) =>
  new GraphQLObjectType({ name, fields: { verificationResult: { type: result, args, ...fields } } })
const schema = new GraphQLSchema({
  query: root('Query', {
    resolve() {
      polls += 1
      return { id: '1', state: 'COMPLETED' }
    },
  }),
  subscription: root('Subscription', { subscribe: states }),
})

async function json(request: IncomingMessage) {
  const { query, variables } = JSON.parse((await request.toArray()).join('')) as { query: string; variables: object }
  return graphql({ schema, source: query, variableValues: { ...variables } })
}

beforeEach(async () => {
  connections = []
  opened = polls = 0
  const handler = createHandler({ schema })
  server = createServer((request, response) => {
    if (request.headers.accept === 'text/event-stream') void handler(request, response)
    else void json(request).then((answer) => response.end(JSON.stringify(answer)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  kyc = new KycGraph({ url, token: 'token', retry: { maxAttempts: 4, minDelayMs: 1, maxDelayMs: 5 } })
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

interface Data {
  readonly verificationResult: { readonly state: State } | null
}

const text = (kind: string) =>
  new TypedDocumentString<Data, { id: string }>(
    `# What became of it?\n${kind} Check($id: ID!) { verificationResult(id: $id) { state nextPollAt } }`,
  )

test('waitFor takes the outcome from the stream and polls nothing', async () => {
  connections = [['PENDING', 'PENDING', 'COMPLETED']]
  const seen: unknown[] = []
  const data = await kyc.waitFor(
    text('query'),
    { id: '1' },
    { onState: ({ verificationResult }) => void seen.push(verificationResult!.state) },
  )
  expect(data.verificationResult!.state).toBe('COMPLETED')
  expect({ seen, opened, polls }).toEqual({ seen: ['PENDING', 'PENDING', 'COMPLETED'], opened: 1, polls: 0 })
})

test('waitFor opens the stream again when it is cut', async () => {
  connections = [['PENDING', 'cut', 'hold'], ['PENDING', 'cut', 'hold'], ['COMPLETED']]
  const data = await kyc.waitFor(text('query'), { id: '1' })
  expect(data.verificationResult!.state).toBe('COMPLETED')
  expect({ opened, polls }).toEqual({ opened: 3, polls: 0 })
})

test('waitFor polls when the stream completes before the outcome, and when it is cut again and again', async () => {
  connections = [['PENDING']]
  await kyc.waitFor(text('query'), { id: '1' })
  expect({ opened, polls }).toEqual({ opened: 1, polls: 1 })
  connections = Array.from({ length: 9 }, () => ['cut', 'hold'])
  await kyc.waitFor(text('query'), { id: '1' })
  expect({ opened, polls }).toEqual({ opened: 5, polls: 2 })
})

test('waitFor polls, and asks for a stream once, where the server has no such subscription', async () => {
  const other = `query Other($id: ID!) { verificationResult(id: $id) { state } kind: __typename }`
  for (const _ of [1, 2]) await kyc.waitFor<Data, { id: string }>(other, { id: '1' })
  expect({ opened, polls }).toEqual({ opened: 0, polls: 2 })
})

const path = ['verificationResult']
const refused = (code: string, parts: object = {}, extensions: object = {}) => ({
  errors: [{ message: 'No.', ...parts, extensions: { code, retryable: false, ...extensions } }],
})
const within = (result: object) => () => stream(event('next', result) + event('complete', ''))
const whole = (status: number, result: object) => () => Response.json(result, { status })

test.each([
  ['a record that does not fit its contract', within(refused('PROVIDER_MALFORMED', { path })), 2],
  ['an input', within(refused('BAD_USER_INPUT', {}, { fields: { id: ['uuid'] } })), 2],
  ['a caller, within the stream', within(refused('FORBIDDEN')), 2],
  ['a caller, in place of the stream', whole(403, refused('FORBIDDEN')), 2],
  ['a token, in place of the stream', whole(401, refused('UNAUTHENTICATED')), 2],
  ['a text, within the stream', within(refused('BAD_USER_INPUT')), 1],
  ['a text, in place of the stream', whole(400, refused('PERSISTED_QUERY_NOT_ALLOWED')), 1],
  ['a text, in an answer of another server', () => new Response('', { status: 406 }), 1],
])(
  'after the refusal of %s, waitFor polls, and the next one asks for a stream or not',
  async (_what, answer, waits) => {
    const opening = new Set<string>()
    let polled = 0
    const graph = new KycGraph({
      url: 'http://localhost/',
      token: () => 'token',
      fetch(_url, init) {
        const { variables } = JSON.parse(init!.body as string) as { variables: { id: string } }
        if (new Headers(init!.headers).get('accept') === 'text/event-stream') {
          opening.add(variables.id)
          return Promise.resolve(answer())
        }
        polled += 1
        return Promise.resolve(Response.json(completed))
      },
    })
    for (const id of ['1', '2']) expect(await graph.waitFor(text('query'), { id })).toEqual(completed.data)
    expect([opening.size, polled]).toEqual([waits, 2])
  },
)

test('subscribe yields each state over reconnections, until the server completes', async () => {
  connections = [
    ['PENDING', 'cut', 'hold'],
    ['PENDING', 'COMPLETED'],
  ]
  const seen: unknown[] = []
  for await (const { verificationResult } of kyc.subscribe(text('subscription'), { id: '1' }))
    seen.push(verificationResult!.state)
  // What was sent just before the cut may be lost; the next connection begins with the state as it stands.
  expect(seen.slice(-2)).toEqual(['PENDING', 'COMPLETED'])
  expect(opened).toBe(2)
})

test('a failure that may pass does not end the stream, and one that ends it leads to another connection', async () => {
  connections = [
    ['PENDING', 'fails', 'PENDING', 'COMPLETED'],
    ['PENDING', 'fails'],
    ['PENDING', 'COMPLETED'],
  ]
  for (const connectionsOfOne of [1, 2]) {
    const before = opened
    const seen: unknown[] = []
    for await (const { verificationResult } of kyc.subscribe(text('subscription'), { id: '1' }))
      seen.push(verificationResult!.state)
    expect(seen.slice(-2)).toEqual(['PENDING', 'COMPLETED'])
    expect(opened - before).toBe(connectionsOfOne)
  }
})

const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const stream = (body: string) => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
const completed = { data: { verificationResult: { state: 'COMPLETED', nextPollAt: null } } }
const failed = (extensions: object) => ({ errors: [{ message: 'Later.', extensions }] })
const later = failed({ code: 'PROVIDER_TIMEOUT', retryable: true })
const full = failed({ code: 'OVERLOADED', retryable: true, retryAfterSeconds: 1 })

describe.each([
  ['Retry-After of a proxy', () => new Response('', { status: 503, headers: { 'retry-after': '1' } })],
  ['an error of the whole request', () => Response.json(full, { status: 503 })],
  ['an error of the stream', () => stream(event('next', full) + event('complete', ''))],
  ['retry before an error', () => stream(`retry: 1000\n\n${event('next', later)}${event('complete', '')}`)],
])('after %s, waitFor goes on no sooner than it was told', (_title, first) => {
  test.each([
    ['opens the stream again', 'query', 3, ['text/event-stream', 'text/event-stream']],
    ['polls', 'query', 1, ['text/event-stream', 'application/json']],
    ['begins the subscription anew', 'subscription', 1, ['text/event-stream', 'text/event-stream']],
  ])('and %s', async (_what, kind, maxAttempts, accepted) => {
    const sent: { at: number; accept: string }[] = []
    const told = new KycGraph({
      url: 'http://localhost/',
      token: 'token',
      retry: { maxAttempts, minDelayMs: 1, maxDelayMs: 1 },
      fetch(_url, init) {
        const accept = new Headers(init?.headers).get('accept')!
        sent.push({ at: performance.now(), accept })
        if (sent.length === 1) return Promise.resolve(first())
        const isStream = accept === 'text/event-stream'
        const answer = () => stream(event('next', completed) + event('complete', ''))
        return Promise.resolve(isStream ? answer() : Response.json(completed))
      },
    })
    expect(await told.waitFor(text(kind), { id: '1' })).toEqual(completed.data)
    expect(sent.map(({ accept }) => accept)).toEqual(accepted)
    expect(sent[1]!.at - sent[0]!.at).toBeGreaterThanOrEqual(995)
  })
})

/** The time between the first connection and the second one, in ms, where the first one has this answer. */
async function reconnectionMs(first: () => Response): Promise<number> {
  const opened: number[] = []
  const graph = new KycGraph({
    url: 'http://localhost/',
    token: 'token',
    retry: { maxAttempts: 3, minDelayMs: 1, maxDelayMs: 1 },
    fetch() {
      opened.push(performance.now())
      return Promise.resolve(opened.length === 1 ? first() : stream(event('next', completed) + event('complete', '')))
    },
  })
  expect(await graph.waitFor(text('query'), { id: '1' }, { timeoutMs: 20_000 })).toEqual(completed.data)
  expect(opened).toHaveLength(2)
  return opened[1]! - opened[0]!
}

const asksFor = (retryAfterSeconds: number) =>
  event('next', failed({ code: 'OVERLOADED', retryable: true, retryAfterSeconds }))
const pending = event('next', { data: { verificationResult: { state: 'PENDING', nextPollAt: null } } })

test('the wait of a failure is over with the next good result; that of the stream holds for the connection', async () => {
  expect(await reconnectionMs(() => stream(asksFor(300) + pending))).toBeLessThan(5_000)
  const ms = await reconnectionMs(() => stream(`retry: 1000\n\n${asksFor(300)}${pending}`))
  expect(ms).toBeGreaterThanOrEqual(995)
  expect(ms).toBeLessThan(5_000)
})

test('the wait of a failure begins with it, and not when the connection ends', async () => {
  const encoder = new TextEncoder()
  const ms = await reconnectionMs(() => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode(asksFor(3)))
        setTimeout(() => controller.close(), 2_500)
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
  expect(ms).toBeGreaterThanOrEqual(2_995)
  expect(ms).toBeLessThan(5_000)
})

describe.each([
  ['an error of its own', new Error('The issuer is away.')],
  [
    'an error of another graph that may pass',
    new KycGraphError('NETWORK_ERROR', { message: 'Away.', retryable: true }),
  ],
  ['an error of another graph that is final', new KycGraphError('FORBIDDEN', { message: 'No.' })],
])('a token provider that throws %s', (_title, failure) => {
  /** A client whose provider fails at these calls, and what it did. */
  function clientOf(failing: readonly number[], fetch?: typeof globalThis.fetch) {
    const did = { calls: 0, opened: 0, polls: 0 }
    const answer = () => stream(event('next', completed) + event('complete', ''))
    const token: TokenProvider = () => {
      did.calls += 1
      if (failing.includes(did.calls)) throw failure
      return { accessToken: 'token', expiresAt: Date.now() }
    }
    const graph = new KycGraph({
      url: 'http://localhost/',
      token,
      retry: { maxAttempts: 3, minDelayMs: 1, maxDelayMs: 1 },
      fetch(url, init) {
        did[new Headers(init?.headers).get('accept') === 'text/event-stream' ? 'opened' : 'polls'] += 1
        return fetch?.(url, init) ?? Promise.resolve(answer())
      },
    })
    return { graph, did }
  }

  const wait = (graph: KycGraph, kind: string) => graph.waitFor(text(kind), { id: '1' }, { timeoutMs: 5_000 })
  const subscribed = async (graph: KycGraph): Promise<void> => {
    for await (const _ of graph.subscribe(text('subscription'), { id: '1' }));
  }
  const calls: [string, (graph: KycGraph) => Promise<unknown>][] = [
    ['waitFor of a query', (graph) => wait(graph, 'query')],
    ['waitFor of a subscription', (graph) => wait(graph, 'subscription')],
    ['subscribe', subscribed],
  ]

  test.each(calls)('ends %s at once, which has a stream the next time', async (_call, run) => {
    const { graph, did } = clientOf([1])
    await expect(run(graph)).rejects.toBe(failure)
    expect(did).toEqual({ calls: 1, opened: 0, polls: 0 })
    await run(graph)
    expect(did).toEqual({ calls: 2, opened: 1, polls: 0 })
  })

  test.each(calls)('ends %s at its reconnection', async (_call, run) => {
    const { graph, did } = clientOf([2], () => Promise.resolve(stream(pending)))
    await expect(run(graph)).rejects.toBe(failure)
    expect(did).toEqual({ calls: 2, opened: 1, polls: 0 })
  })

  test('ends waitFor when it polls', async () => {
    const { graph, did } = clientOf([2], () => Promise.resolve(stream(pending + event('complete', ''))))
    await expect(wait(graph, 'query')).rejects.toBe(failure)
    expect(did).toEqual({ calls: 2, opened: 1, polls: 0 })
  })
})

test('waitFor reads a subscription until it completes, whatever its states are, or until `until`', async () => {
  connections = [
    ['COMPLETED', 'PENDING'],
    ['PENDING', 'COMPLETED', 'hold'],
  ]
  const last = await kyc.waitFor(text('subscription'), { id: '1' })
  expect(last.verificationResult!.state).toBe('PENDING')
  const until = ({ verificationResult }: Data) => verificationResult!.state === 'COMPLETED'
  const final = await kyc.waitFor(text('subscription'), { id: '1' }, { until })
  expect(final.verificationResult!.state).toBe('COMPLETED')
  expect({ opened, polls }).toEqual({ opened: 2, polls: 0 })
})

test('subscribe throws what the server refuses', async () => {
  const unknown = kyc.subscribe<unknown, { id: string }>('subscription S($id: ID!) { unknown(id: $id) }', { id: '1' })
  await expect(unknown.next()).rejects.toThrow('Cannot query field')
})

test('a stream that is left is closed', async () => {
  connections = [['PENDING', 'hold']]
  for await (const _ of kyc.subscribe(text('subscription'), { id: '1' })) break
  await expect
    .poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))))
    .toBeLessThanOrEqual(1)
  expect(opened).toBe(1)
})
