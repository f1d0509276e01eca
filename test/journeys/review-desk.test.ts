import { readFileSync } from 'node:fs'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import {
  CreatePersonDocument,
  RecordPersonVerificationDocument,
  ReviewQueueDocument,
  type ReviewQueueQuery,
  StartDocumentVerificationDocument,
  VerifyPersonDocument,
} from '../../schema/operations/index.js'
import type { Scope } from '../../schema/scopes.js'
import { subscribeWebhooks } from '../../src/dev/webhook-subscription.js'
import { type App, startApp } from '../support/app.js'
import { search } from '../support/leaks.js'

const DESK: { client: string; scopes: readonly Scope[] } = {
  client: 'review-desk',
  scopes: ['persons:read', 'persons:write', 'person-outcomes:write', 'customers:read', 'pii:read'],
}

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  await subscribeWebhooks(app.emulators.synctera, app.url)
})
afterAll(() => app.close())

/** The operation of each action, as the table of docs/review-desk.md has it; none where the desk waits. */
const OPERATIONS = new Map(
  [
    ...readFileSync(new URL('../../docs/review-desk.md', import.meta.url), 'utf8').matchAll(
      /^\| .* \| `([A-Z_]+)` \| (?:`(\w+)`|none)/gm,
    ),
  ].map(([, action, operation]) => [action!, operation ?? 'none']),
)

let keys = 0
async function step<Data, Input extends object>(document: TypedDocumentNode<Data, { input: Input }>, input: Input) {
  keys += 1
  const { data, errors } = await app.run(document, { input: { ...input, idempotencyKey: `desk-${keys}` } }, DESK)
  expect(errors).toEqual([])
  return data
}

const control = (name: string, body: object) =>
  fetch(`${app.emulators.synctera.url}/__emulator/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const record = (
  personId: string,
  type: 'IDENTITY' | 'WATCHLIST' | 'MANUAL_REVIEW',
  result: 'ACCEPTED' | 'REVIEW' | 'VENDOR_ERROR',
) =>
  step(RecordPersonVerificationDocument, {
    personId,
    type,
    result,
    verifiedAt: new Date(Date.now() - 1000).toISOString(),
  })

const verify = (personId: string, documentId?: string) =>
  step(VerifyPersonDocument, { personId, customerConsent: true, ...(documentId && { documentId }) })

/** The person of a number, whose check ends as the last digits of the SSN say. */
async function enter(i: number, digits: string): Promise<string> {
  const { createPerson } = await step(CreatePersonDocument, {
    isCustomer: true,
    status: 'ACTIVE',
    firstName: `Desk${i}`,
    lastName: 'Waiting',
    dateOfBirth: '1980-01-02',
    email: `desk${i}@example.com`,
    phoneNumber: `+1415556${String(1000 + i)}`,
    ssn: `731-95-${digits}`,
    legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
  })
  return createPerson!.person.id
}

/** Forty persons, ten for each reason to wait. */
async function entered(): Promise<readonly string[]> {
  const ids: string[] = []
  for (let i = 0; i < 40; i += 1) {
    const id = await enter(i, ['0002', '0004', '0001', '0001'][i % 4]!)
    ids.push(id)
    if (i % 4 < 2) await verify(id)
    else await record(id, i % 4 === 2 ? 'WATCHLIST' : 'IDENTITY', 'REVIEW')
    // The vendor fails, and the person still waits.
    if (i % 4 === 3) await record(id, 'IDENTITY', 'VENDOR_ERROR')
  }
  return ids
}

type Waiting = NonNullable<ReviewQueueQuery['kycReviewQueue']>['nodes'][number]

/** The queue, page by page, while those who were read are acted on. */
async function* queue(): AsyncGenerator<Waiting> {
  for (let after: string | null = null; ;) {
    const answer: { data: ReviewQueueQuery; errors: readonly unknown[] } = await app.run(
      ReviewQueueDocument,
      { first: 10, after },
      DESK,
    )
    expect(answer.errors).toEqual([])
    const { nodes, pageInfo } = answer.data.kycReviewQueue!
    yield* nodes
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor ?? null
  }
}

/** What the desk does, by the operation that the page names. Of every second document the person must be seen again. */
const acts: Readonly<Record<string, (personId: string, count: number) => Promise<unknown>>> = {
  none: (personId) => control('outcomes', { personId, digits: '0001' }),
  verifyPerson: (personId) => verify(personId),
  recordPersonVerification: (personId) => record(personId, 'MANUAL_REVIEW', 'ACCEPTED'),
  async startDocumentVerification(personId, count) {
    const { startDocumentVerification } = await step(StartDocumentVerificationDocument, { personId })
    const { token } = startDocumentVerification!.session
    await verify(personId, token)
    await control('captures', { sessionToken: token, digits: count % 2 === 0 ? '0001' : '0004' })
  },
}

test('a review desk works by the page until nobody waits', async () => {
  const ids = new Set(await entered())
  const named = NAMED_PEOPLE.filter(({ verification }) => ['PENDING', 'REVIEW'].includes(verification))
  for (const { personId } of named) ids.add(personId!)
  expect(new Set(OPERATIONS.values())).toEqual(new Set(Object.keys(acts)))

  app.clear()
  const done: Record<string, number> = {}
  const decided = new Set<string>()
  for (let round = 1, isAny = true; isAny; round += 1) {
    expect(round).toBeLessThan(5)
    isAny = false
    for await (const { person, action, instruction, reasons } of queue()) {
      isAny = true
      expect([instruction, reasons.length > 0 || action === 'WAIT']).toEqual([expect.any(String), true])
      done[action!] = (done[action!] ?? 0) + 1
      decided.add(person.id)
      await acts[OPERATIONS.get(action!)!]!(person.id, done[action!]!)
    }
  }
  expect(decided).toEqual(ids)
  // Rhea and Percy wait beside the forty; of eleven documents six leave a doubt.
  expect(done).toEqual({ WAIT: 11, REQUEST_DOCUMENT: 11, REVIEW_MATCHES: 10, RUN_CHECKS: 10, DECIDE: 6 })

  const writes = app.calls('synctera').filter((call) => call.startsWith('POST '))
  const count = (path: string) => writes.filter((call) => call === `POST /v0/verifications${path}`).length
  expect([count('/docv_session'), count('/verify'), count('')]).toEqual([11, 21, 16])
  expect(writes).toHaveLength(48)
})

test('no value of a person is in log, trail or metrics', async () => {
  const places = [
    { name: 'the log', text: app.log() },
    { name: 'the trail', text: app.audit() },
    { name: 'the metrics', text: await (await fetch(`${app.url}/metrics`)).text() },
  ]
  expect(search(['desk1@example.com', '+14155561001', '731-95-0004'], places)).toEqual([])
})
