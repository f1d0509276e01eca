import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import {
  FindPersonsDocument,
  type FindPersonsQuery,
  type FindPersonsQueryVariables,
  ReviewQueueDocument,
  type ReviewQueueQuery,
} from '../../../schema/operations/index.js'
import type { Scope } from '../../../schema/scopes.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { firstPages, resetQuirks } from '../../support/quirks.js'
import { specification } from '../../support/specification.js'

const DESK: { client: string; scopes: readonly Scope[] } = {
  client: 'review-desk',
  scopes: ['persons:read', 'persons:write', 'customers:read', 'pii:read'],
}
const WAITING = 40
const [PERCY, RHEA] = ['Percy', 'Rhea'].map((name) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!)

const SPECIFICATION = specification(new URL('specification/persons.json', import.meta.url))

let app: App
let waiting: readonly string[]
beforeAll(async () => {
  app = await startApp()
  const before = new Set(await allPersons())
  await control('crowd', { count: WAITING })
  waiting = (await allPersons()).filter((id) => !before.has(id))
  for (const [i, personId] of waiting.entries()) await decide(personId, i % 4 === 0 ? '0002' : '0004')
})
beforeEach(() => app.clear())
afterEach(() => {
  resetQuirks(app.emulators, 'synctera')
  for (const call of app.recorded('synctera')) SPECIFICATION.checkRequest(call)
})
afterAll(() => app.close())

/** Sends a request to a control of the emulator. */
async function control(name: string, body: object): Promise<void> {
  const { status } = await fetch(`${app.emulators.synctera.url}/__emulator/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(status).toBe(204)
}

async function allPersons(): Promise<readonly string[]> {
  const ids: string[] = []
  for (let after: string | null = null; ;) {
    const answer: { data: FindPersonsQuery; errors: readonly unknown[] } = await app.run(
      FindPersonsDocument,
      { first: 100, after },
      DESK,
    )
    expect(answer.errors).toEqual([])
    const { nodes, pageInfo } = answer.data.persons!
    ids.push(...nodes.map(({ id }) => id))
    if (!pageInfo.hasNextPage) return ids
    after = pageInfo.endCursor ?? null
  }
}

/** Ends the checks of a person with the outcome of these digits. */
const decide = (personId: string, digits: string) => control('outcomes', { personId, digits })

const queue = (first: number, after: string | null = null, options: RunOptions = DESK) =>
  app.run(ReviewQueueDocument, { first, after }, options)

/** Reads the queue to its end, and calls back with each page. */
async function walk(first: number, each: (ids: readonly string[]) => Promise<void> | void): Promise<void> {
  for (let after: string | null = null; ;) {
    const answer: { data: ReviewQueueQuery; errors: readonly unknown[] } = await queue(first, after)
    expect(answer.errors).toEqual([])
    const { nodes, pageInfo } = answer.data.kycReviewQueue!
    await each(nodes.map(({ person }) => person.id))
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor ?? null
  }
}

describe('the review queue', () => {
  test.each([1, 7, 100])('has each waiting person once, oldest first, in pages of %i', async (first) => {
    const seen: string[] = []
    await walk(first, (ids) => void seen.push(...ids))
    expect(new Set(seen).size).toBe(seen.length)
    expect([...seen].sort()).toEqual([...waiting, PERCY!.personId!, RHEA!.personId!].sort())
  })

  test('says why each person waits and what is to be done, with one call for the checks of each 25', async () => {
    const { data } = await queue(100)
    const byId = new Map(data.kycReviewQueue!.nodes.map((node) => [node.person.id, node]))
    expect(byId.get(PERCY!.personId!)).toMatchObject({ status: 'PENDING', action: 'WAIT' })
    expect(byId.get(RHEA!.personId!)).toMatchObject({
      status: 'REVIEW',
      action: 'REQUEST_DOCUMENT',
      instruction: expect.stringContaining('document'),
      reasons: [{ type: 'IDENTITY', result: 'REVIEW', category: 'CIP', vendorCode: 'R705' }],
      person: { firstName: 'Rhea', customers: [{ id: RHEA!.customerId }] },
    })
    const calls = firstPages(app.calls('synctera'))
    expect(calls.filter((call) => call.startsWith('GET /v0/persons'))).toHaveLength(1)
    expect(calls.filter((call) => call.startsWith('GET /v0/verifications'))).toHaveLength(2)
  })

  test('decides by what the provider says also for a caller who does not see it', async () => {
    const scopes = DESK.scopes.filter((scope) => scope !== 'pii:read')
    const { data, errors } = await queue(100, null, { scopes })
    expect(errors).toEqual([])
    expect(data.kycReviewQueue!.nodes).toHaveLength(WAITING + 2)
    for (const { action, instruction, reasons } of data.kycReviewQueue!.nodes)
      expect([action, instruction, reasons]).toEqual([null, null, []])
  })

  test('has only those who wait where the provider ignores the filter', async () => {
    app.emulators.synctera.quirks(['ignoredFilters'])
    const { data } = await queue(100)
    expect(data.kycReviewQueue!.nodes).toHaveLength(WAITING + 2)
    const found = await app.run(FindPersonsDocument, { filter: { banStatuses: ['BANNED'] }, first: 10 }, DESK)
    expect(found.data.persons!.nodes).toEqual([])
    expect(app.calls('synctera').length).toBeLessThan(12)
  })

  test('shows the others where a row cannot be read, and says so', async () => {
    app.emulators.synctera.quirks(['oddRow', 'nullMembers'])
    const { data, errors } = await queue(100)
    expect(data.kycReviewQueue!.nodes).toHaveLength(WAITING + 2)
    expect(errors.map(({ extensions }) => extensions['code'])).toContain('PROVIDER_MALFORMED')
  })

  test('refuses the cursor of another list and of another tenant', async () => {
    const { data } = await queue(1)
    const after = data.kycReviewQueue!.pageInfo.endCursor!
    for (const [document, options] of [
      [FindPersonsDocument, DESK],
      [ReviewQueueDocument, { ...DESK, claims: { tenant: 'other' } }],
    ] as const) {
      const { errors } = await app.run<unknown, object>(document, { first: 1, after }, options)
      expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { after: expect.any(Array) } })
    }
  })

  test('is for callers who may read persons', async () => {
    const { errors } = await queue(1, null, { scopes: ['kyc:read'] })
    expect(errors[0]!.extensions).toMatchObject({ code: 'FORBIDDEN' })
    expect(app.calls('synctera')).toEqual([])
  })
})

describe('a filter of persons', () => {
  test.each<[filter: FindPersonsQueryVariables['filter'], sent: string, count: number]>([
    [{ verificationStatuses: ['PENDING'] }, 'verification_status=PENDING', WAITING / 4 + 1],
    [{ verificationStatuses: ['PENDING', 'REVIEW'] }, 'verification_status=PENDING%2CREVIEW', WAITING + 2],
    [{ banStatuses: ['BANNED', 'SUSPENDED'] }, 'ban_status=BANNED%2CSUSPENDED', 0],
    [{ hasAccounts: false, verificationStatuses: ['REVIEW'] }, 'has_accounts=false', (WAITING * 3) / 4],
    [{ dateOfBirth: RHEA!.dateOfBirth, isCustomer: true }, `dob=${RHEA!.dateOfBirth}`, 1],
  ])('%j is sent as %s and finds its persons', async (filter, sent, count) => {
    const { data, errors } = await app.run(FindPersonsDocument, { filter: filter, first: 100 }, DESK)
    expect(errors).toEqual([])
    expect(data.persons!.nodes).toHaveLength(count)
    expect(app.recorded('synctera')[0]!.url).toContain(sent)
  })

  test.each<[filter: FindPersonsQueryVariables['filter'], code: string]>([
    [{ banStatuses: ['BANNED'] }, 'FORBIDDEN'],
    [{ dateOfBirth: '1990-01-01' }, 'FORBIDDEN'],
    [{ verificationStatuses: [] }, 'BAD_USER_INPUT'],
    [{ banStatuses: ['ALLOWED', 'ALLOWED'] }, 'BAD_USER_INPUT'],
    [{ dateOfBirth: '1890-01-01' }, 'BAD_USER_INPUT'],
  ])('%j is refused: %s', async (filter, code) => {
    const scopes: readonly Scope[] = code === 'FORBIDDEN' ? ['persons:read'] : DESK.scopes
    const { errors } = await app.run(FindPersonsDocument, { filter: filter, first: 1 }, { scopes })
    expect(errors[0]!.extensions).toMatchObject({ code })
    expect(app.calls('synctera')).toEqual([])
  })
})

test('requests and answers fit the specification of the provider', async () => {
  app.emulators.synctera.quirks([])
  const { checkRequest, checkAnswer } = SPECIFICATION
  const filter: FindPersonsQueryVariables['filter'] = {
    verificationStatuses: ['PENDING', 'REVIEW'],
    banStatuses: ['ALLOWED'],
    hasAccounts: true,
    dateOfBirth: RHEA!.dateOfBirth,
    status: 'ACTIVE',
  }
  await app.run(FindPersonsDocument, { filter, first: 3 }, DESK)
  await queue(5)
  const specified = app.recorded('synctera').filter(checkRequest)
  expect(specified).toHaveLength(2)
  const { url: base, settings } = app.emulators.synctera
  for (const { url } of specified) {
    const headers = { authorization: `Bearer ${settings['SYNCTERA_API_KEY']!}` }
    const answer = await fetch(base + url, { headers })
    checkAnswer('GET', '/v0/persons', answer.status, await answer.json())
  }
})
