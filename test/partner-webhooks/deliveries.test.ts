import { randomBytes, randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp } from '../support/app.js'
import { type Received, type Receiver, startReceiver } from '../support/receiver.js'
import { openStateEvents, type StateEvents } from '../support/state-events.js'

const STORE_ENCRYPTION_KEY = randomBytes(32).toString('base64')
const SETTINGS = {
  REDIS_URL: inject('redisUrl'),
  STORE_ENCRYPTION_KEY,
  RATE_LIMIT_COST_PER_MINUTE: '0',
  PARTNER_WEBHOOK_NETWORKS: '127.0.0.1/32',
}
const RETRY_SECONDS = [0.02, 0.02, 0.02]

let app: App
let events: StateEvents
const receivers: Receiver[] = []
beforeAll(async () => {
  app = await startApp(SETTINGS, undefined, { partnerWebhooks: { retrySeconds: RETRY_SECONDS } })
  events = await openStateEvents(STORE_ENCRYPTION_KEY)
})
afterAll(async () => {
  await events.close()
  await app.close()
  await Promise.all(receivers.map((receiver) => receiver.close()))
})

async function receiver(): Promise<Receiver> {
  const started = await startReceiver()
  receivers.push(started)
  return started
}

const CREATE = `mutation($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) {
    replayed secret endpoint { id url types isEnabled disabledReason failingSince previousSecretUntil createdAt }
  }
}`
const ENDPOINTS = '{ webhookEndpoints { id url isEnabled disabledReason failingSince } }'
const DELIVERIES = `query($endpointId: ID!, $first: Int, $after: String, $state: WebhookDeliveryState) {
  webhookDeliveries(endpointId: $endpointId, first: $first, after: $after, state: $state) {
    nodes { eventId type state attempts lastOutcome nextAttemptAt createdAt endedAt }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Endpoint {
  readonly id: string
  readonly secret: string
}

async function create(url: string, { client = randomUUID(), types = ['PERSON_VERIFICATION'] } = {}): Promise<Endpoint & { client: string }> {
  const { data, errors } = await app.run(CREATE, { input: { url, types } }, { client })
  expect(errors).toEqual([])
  const { endpoint, secret } = data.createWebhookEndpoint
  return { id: endpoint.id, secret, client }
}

const deliveriesOf = async ({ id, client }: { id: string; client: string }, variables = {}) =>
  (await app.run(DELIVERIES, { endpointId: id, ...variables }, { client })).data.webhookDeliveries

const verified = ({ body, headers }: Received, secret: string): any =>
  new Webhook(secret).verify(body, headers as Record<string, string>)

test('an event is delivered once with a signature of Standard Webhooks, and holds ids, type, state and sequence alone', async () => {
  const hook = await receiver()
  const endpoint = await create(hook.url)
  const id = randomUUID()
  const event = await events.record({ id, state: 'PENDING' })
  await expect.poll(() => hook.received.length).toBe(1)
  const [request] = hook.received as [Received]
  expect(request.path).toBe('/hook')
  expect(verified(request, endpoint.secret)).toEqual({
    type: 'personVerification.changed',
    timestamp: event.at,
    data: { id, type: 'personVerification', state: 'PENDING', isFinal: false, sequence: 1 },
  })
  expect(request.headers['webhook-id']).toBe(event.eventId)
  await expect
    .poll(() => deliveriesOf(endpoint))
    .toMatchObject({
      nodes: [
        {
          eventId: event.eventId,
          type: 'PERSON_VERIFICATION',
          state: 'DELIVERED',
          attempts: 1,
          lastOutcome: 'HTTP_2XX',
          nextAttemptAt: null,
        },
      ],
      pageInfo: { hasNextPage: false },
    })
})
