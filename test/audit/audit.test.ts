import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { CreatePersonDocument, CustomersWithPersonsDocument } from '../../schema/operations/index.js'
import { readAnchors } from '../../src/audit/anchors.js'
import { createHashChain, deriveChainKey } from '../../src/audit/chain.js'
import { openTrail } from '../../src/audit/trail.js'
import { TrailVerifier } from '../../src/audit/verifier.js'
import { readVerifyConfig } from '../../src/config.js'
import { type App, startApp } from '../support/app.js'
import { runTool } from '../support/build.js'
import { addressOf, emptyDatabase } from '../support/redis.js'
import { keysOf } from '../support/keys.js'

const entriesOf = (text: string): any[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!

/** Nothing is told to these tests. */
const UNTOLD = {
  changed: () => undefined,
  lost: () => undefined,
  notice: () => undefined,
  checkpointed: () => undefined,
}

let app: App
let before = 0
beforeAll(async () => {
  app = await startApp()
  // The entry of the start comes within two seconds, or later where the machine is busy.
  await vi.waitFor(() => expect(entriesOf(app.audit())).toHaveLength(1), { timeout: 20_000 })
})
afterAll(() => app.close())
beforeEach(() => {
  app.clear()
  before = entriesOf(app.audit()).length
})

/** What the trail has more than before this test, once there is so much of it. */
async function added(count: number): Promise<any[]> {
  await expect.poll(() => entriesOf(app.audit()).length).toBe(before + count)
  return entriesOf(app.audit()).slice(before)
}

describe('the audit trail', () => {
  test('records the caller, the personal fields that it read and their subject', async () => {
    await app.run(
      `query Ada { customer(id: "${ADA.customerId}") { legalName kycStatus ...more person { firstName ssnLast4 } } } fragment more on Customer { dateOfBirth kycDocuments { number } }`,
      undefined,
      {
        client: 'agent',
        claims: { tenant: 'meridian', sub: 'user-7', act: { sub: 'helpdesk' } },
      },
    )
    const [entry] = await added(1)
    expect(entry).toMatchObject({
      kind: 'operation',
      who: { subject: 'user-7', client: 'agent', tenant: 'tenant:meridian', actor: 'helpdesk' },
      operation: { type: 'query', document: expect.stringMatching(/^#/) },
      read: {
        fields: [
          'Customer.dateOfBirth',
          'Customer.legalName',
          'KycDocument.number',
          'Person.firstName',
          'Person.ssnLast4',
        ],
      },
      correlationId: expect.any(String),
    })
    expect(new Date(entry.at).getTime()).toBeGreaterThan(Date.now() - 60_000)
    expect(entry.read.entities).toEqual(
      expect.arrayContaining([
        { type: 'Customer', bankId: BANK, ids: [ADA.customerId] },
        { type: 'Person', ids: [ADA.personId] },
        { type: 'KycDocument', bankId: BANK, ids: ['document-ada'] },
      ]),
    )
    expect(entry.wrote).toBeUndefined()
  })

  test('names every subject on a page', async () => {
    await app.run(CustomersWithPersonsDocument, { first: 10 })
    const { data } = await app.run<any>(
      '{ customers(first: 10) { nodes { id } } persons(first: 3) { nodes { id lastName } } }',
    )
    const [page, persons] = await added(2)
    expect(page.operation).toMatchObject({ type: 'query', name: 'CustomersWithPersons' })
    expect(page.read.fields).toEqual(['Customer.legalName', 'Person.status'])
    expect(page.read.entities).toContainEqual({
      type: 'Customer',
      bankId: BANK,
      ids: data.customers.nodes.map(({ id }: any) => id),
    })
    expect(persons.read).toEqual({
      fields: ['Person.lastName'],
      entities: [{ type: 'Person', ids: data.persons.nodes.map(({ id }: any) => id) }],
    })
  })

  test('holds no non-personal or absent field', async () => {
    await app.run(`{ customer(id: "${ADA.customerId}") { id kycStatus kycOverview { status } } }`)
    await app.run('{ customer(id: "nobody") { legalName } }')
    await app.run('{ viewer { customers { legalName } } }', undefined, {
      client: 'ada',
      scopes: ['customers:read:own'],
    })
    const [entry] = await added(1)
    expect(entry).toMatchObject({
      kind: 'operation',
      who: { subject: 'ada' },
      read: { fields: ['Customer.legalName'], entities: [{ type: 'Customer', ids: [ADA.customerId] }] },
    })
  })

  test('says who looked at a credit rating, and who was shown it masked', async () => {
    const query = `{ customer(id: "${ADA.customerId}") { id creditRating { rating } } }`
    await app.run(query, undefined, { client: 'analyst' })
    await app.run(query, undefined, { client: 'clerk', scopes: ['customers:read'] })
    const shown = {
      fields: ['Customer.creditRating', 'CreditRating.rating'].sort(),
      entities: [{ type: 'Customer', bankId: BANK, ids: [ADA.customerId] }],
    }
    const lines = await added(2)
    expect(lines.map(({ kind, who, read, masked }) => [kind, who.client, read, masked])).toEqual([
      ['operation', 'analyst', shown, undefined],
      ['masked', 'clerk', undefined, shown],
    ])
  })

  test('says by what persons and customers were searched, also where nothing was found, and never for what', async () => {
    await app.run(
      '{ persons(filter: { lastName: "Nobody", isCustomer: true }, orderBy: [{ field: FIRST_NAME, direction: ASC }]) { nodes { id } } }',
    )
    await app.run(`{ customerByNumber(customerNumber: "${ADA.customerNumber}") { id } }`, undefined, {
      scopes: ['customers:read'],
    })
    await app.run(
      `{ customersByMobilePhoneNumber(mobilePhoneNumber: "${ADA.phone}") { email } persons(first: 1) { nodes { id } } }`,
      undefined,
      { scopes: ['customers:read', 'persons:read'] },
    )
    const lines = await added(3)
    expect(lines.map(({ kind, searched, read, masked }) => [kind, searched, read, masked?.fields])).toEqual([
      ['search', ['PersonFilter.lastName', 'PersonOrderField.FIRST_NAME'], undefined, undefined],
      ['search', ['Query.customerByNumber(customerNumber:)'], undefined, undefined],
      ['masked', ['Query.customersByMobilePhoneNumber(mobilePhoneNumber:)'], undefined, ['Customer.email']],
    ])
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`Nobody|${ADA.customerNumber}|${ADA.phone.slice(1)}`))
  })

  test('records the fields read by each execution of the same document', async () => {
    const document = `query($p: Boolean!) { customer(id: "${ADA.customerId}") { legalName person @include(if: $p) { lastName firstName } } }`
    for (const p of [false, true, false]) await app.run(document, { p })
    const fields = (await added(3)).map(({ read }) => read.fields)
    expect(fields).toEqual([
      ['Customer.legalName'],
      ['Customer.legalName', 'Person.firstName', 'Person.lastName'],
      ['Customer.legalName'],
    ])
  })

  test("tells one's own, which is shown unmasked, from what is masked beside it", async () => {
    const { data } = await app.run(
      `{ customer(id: "${ADA.customerId}") { legalName person { firstName } } }`,
      undefined,
      { client: 'ada', scopes: ['customers:read:own', 'persons:read'] },
    )
    expect(data.customer).toEqual({ legalName: 'Ada Accepted', person: { firstName: 'A•••' } })
    const [entry] = await added(1)
    expect(entry.read).toEqual({
      fields: ['Customer.legalName'],
      entities: [{ type: 'Customer', bankId: BANK, ids: [ADA.customerId] }],
    })
    expect(entry.masked).toEqual({
      fields: ['Person.firstName'],
      entities: [{ type: 'Person', ids: [ADA.personId] }],
    })
  })

  test('follows references of other subgraphs', async () => {
    await app.run(
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { lastName } ... on Customer { email } } }',
      {
        r: [
          { __typename: 'Person', id: RHEA.personId },
          { __typename: 'Customer', bankId: BANK, id: RHEA.customerId },
        ],
      },
    )
    const [entry] = await added(1)
    expect(entry.read.fields).toEqual(['Customer.email', 'Person.lastName'])
    expect(entry.read.entities).toEqual(
      expect.arrayContaining([
        { type: 'Person', ids: [RHEA.personId] },
        { type: 'Customer', bankId: BANK, ids: [RHEA.customerId] },
      ]),
    )
  })

  test('records the intent and the outcome of each write', async () => {
    const input = {
      isCustomer: true,
      status: 'PROSPECT',
      firstName: 'Unmistakable',
      idempotencyKey: 'order of Ada Accepted',
    } as const
    const done = await app.run(CreatePersonDocument, { input })
    await app.run(CreatePersonDocument, { input })
    const lost = 'mutation LostOfAda { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }'
    app.fault('synctera', { match: 'POST /v0/persons', fault: 'reset', times: 3 })
    await app.run(lost)
    await app.run(
      'mutation($input: CreateCustomerAddressInput!) { createCustomerAddress(input: $input) { replayed } }',
      {
        input: {
          customerId: 'Ada.Accepted',
          line1: 'x',
          city: 'x',
          state: 'x',
          countryCode: 'GB',
          tags: [],
          line2: null,
          line3: null,
          county: null,
          postcode: 'x',
        },
      },
    )
    const lines = await added(8)
    const who = { subject: 'tester', client: 'tester', tenant: 'client:tester' }
    const { key } = lines[0].write
    expect(lines.filter(({ kind }) => kind === 'intent')).toHaveLength(4)
    expect(lines[0]).toMatchObject({
      kind: 'intent',
      who,
      operation: { type: 'mutation', name: 'CreatePerson' },
      write: { mutation: 'createPerson', ids: {}, key: expect.stringMatching(/^#/) },
    })
    expect(lines[1].correlationId).toBe(lines[0].correlationId)
    const wrote = lines.filter(({ kind }) => kind === 'operation').map((entry) => entry.wrote)
    expect(wrote).toEqual([
      [
        {
          mutation: 'createPerson',
          ids: {},
          key,
          outcome: 'done',
          entities: [{ type: 'Person', ids: [done.data.createPerson!.person.id] }],
        },
      ],
      [
        {
          mutation: 'createPerson',
          ids: {},
          key,
          outcome: 'replayed',
          entities: [{ type: 'Person', ids: [done.data.createPerson!.person.id] }],
        },
      ],
      [{ mutation: 'createPerson', ids: {}, outcome: 'unknown', code: 'OUTCOME_UNKNOWN' }],
      [
        {
          mutation: 'createCustomerAddress',
          ids: { customerId: expect.stringMatching(/^#/) },
          outcome: 'refused',
          code: 'NOT_FOUND',
        },
      ],
    ])
    // A caller may put anything into an operation's name, a key or an id.
    for (const text of ['Unmistakable', 'Ada', 'order']) expect(JSON.stringify(lines)).not.toContain(text)
  })

  test('holds no entry for a write that was refused before it ran', async () => {
    await app.run(
      `mutation { updateCustomerEmail(input: { customerId: "${ADA.customerId}", email: "a@b.example" }) { replayed } }`,
      undefined,
      { scopes: ['customers:read'] },
    )
    await app.run(`{ person(id: "${ADA.personId}") { firstName } }`)
    expect(await added(1)).toMatchObject([{ operation: { type: 'query' } }])
  })

  test('is a file that only its owner can read', () => {
    expect(app.audit()).not.toContain('Accepted')
    expect(entriesOf(app.audit())[0]).toMatchObject({ seq: 0, kind: 'start' })
  })
})

describe('a trail that is not writable', () => {
  const READ = `{ customer(id: "${CROWD[0]!.customerId}") { legalName } }`
  const WRITE = 'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }'
  const ready = async (to: App) =>
    (await (await fetch(`${to.url}/ready`)).json()) as { reasons: Record<string, string> }

  test('stops unmasked reads and writes before any provider is asked, and nothing else, until it can; nothing is lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-audit-'))
    const file = join(folder, 'gone', 'audit.log')
    mkdirSync(join(folder, 'gone'))
    const other = await startApp({ AUDIT_LOG: file }, app)
    await other.run(READ)
    await expect.poll(() => entriesOf(readFileSync(file, 'utf8')).length).toBe(2)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await ready(other)).reasons).toEqual({})

    // No disk is there any more, and what was answered is found out to be unwritten.
    renameSync(join(folder, 'gone'), join(folder, 'away'))
    expect((await other.run(READ)).errors).toEqual([])
    await expect.poll(async () => (await ready(other)).reasons).toEqual({ audit: 'NOT_WRITABLE' })
    other.clear()
    const [read, write, masked, harmless] = await Promise.all([
      other.run(READ),
      other.run(WRITE),
      other.run(READ, undefined, { scopes: ['customers:read'] }),
      other.run('{ persons(first: 1) { nodes { isCustomer } } }'),
    ])
    for (const { errors } of [read, write])
      expect(errors[0]).toMatchObject({
        extensions: { code: 'AUDIT_UNAVAILABLE', retryable: true, retryAfterSeconds: 1 },
      })
    expect(masked).toMatchObject({ data: { customer: { legalName: 'C•••' } }, errors: [] })
    expect(harmless.errors).toEqual([])
    expect(other.calls('synctera').filter((call) => call.startsWith('POST'))).toEqual([])
    expect(other.calls('obp')).toHaveLength(1)
    expect(await (await fetch(`${other.url}/metrics`)).text()).toContain('kyc_ready{dependency="audit"} 0')

    renameSync(join(folder, 'away'), join(folder, 'gone'))
    await expect.poll(async () => (await ready(other)).reasons).toEqual({})
    expect((await other.run(READ)).errors).toEqual([])
    await other.close()
    const text = readFileSync(file, 'utf8')
    expect(entriesOf(text).map(({ seq, kind }) => [seq, kind])).toEqual([
      [0, 'start'],
      [1, 'operation'],
      [2, 'operation'],
      [3, 'unrecorded'],
      [4, 'operation'],
      [5, 'end'],
    ])
    // The masked read.
    expect(entriesOf(text)[3]).toMatchObject({ operations: 1 })
  })

  test('refuses the write that discovers it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-audit-'))
    const other = await startApp({ AUDIT_LOG: join(folder, 'in', 'audit.log') }, app)
    expect((await other.run(WRITE)).errors[0]!.extensions.code).toBe('AUDIT_UNAVAILABLE')
    expect(other.calls('synctera')).toEqual([])
    mkdirSync(join(folder, 'in'))
    await expect.poll(async () => (await other.run(WRITE)).errors).toEqual([])
    await other.close()
  })

  test('continues in a new file of the same name after a rename by log rotation', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kyc-graph-audit-')), 'audit.log')
    const other = await startApp({ AUDIT_LOG: file }, app)
    await other.run(READ)
    await expect.poll(() => entriesOf(readFileSync(file, 'utf8')).length).toBe(2)
    renameSync(file, `${file}.1`)
    await other.run(READ)
    await expect.poll(() => existsSync(file)).toBe(true)
    await other.close()
    const verifier = new TrailVerifier([])
    for (const path of [`${file}.1`, file])
      readFileSync(path, 'utf8')
        .split('\n')
        .forEach((line, i) => verifier.add(line, `${path}:${i + 1}`))
    expect(verifier.report(undefined)).toMatchObject({
      entries: 4,
      problems: [],
      chains: [{ entries: 4, state: 'ended' }],
    })
  })
})

describe('entries appended without waiting', () => {
  const opened = async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kyc-graph-audit-')), 'audit.log')
    const trail = openTrail({
      config: { audit: { file }, auditFsync: 'off', redis: undefined, checkpoints: undefined },
      keys: keysOf(),
      ...UNTOLD,
    })
    await trail.started
    return { file, trail, of: (path: string) => entriesOf(readFileSync(path, 'utf8')).map(({ seq, n }) => n ?? seq) }
  }

  test('are batched, and written before a committed entry, which is in the file once its promise resolves', async () => {
    const { file, trail, of } = await opened()
    for (const n of ['a', 'b']) trail.append({ n })
    expect(of(file)).toEqual([0])
    await trail.commit({ n: 'c' })
    expect(of(file)).toEqual([0, 'a', 'b', 'c'])
    trail.append({ n: 'd' })
    await expect.poll(() => of(file)).toEqual([0, 'a', 'b', 'c', 'd'])
    await trail.close()
  })

  test('are written at the end of the process', async () => {
    const { file, trail, of } = await opened()
    trail.append({ n: 'a' })
    await trail.close()
    expect(of(file)).toEqual([0, 'a', 2])
  })

  test.each([
    ['renamed', (file: string) => renameSync(file, `${file}.1`)],
    ['removed', (file: string) => rmSync(file)],
  ])('are in the new file when the old one is %s meanwhile', async (_how, rotate) => {
    const { file, trail, of } = await opened()
    await trail.commit({ n: 'a' })
    trail.append({ n: 'b' })
    rotate(file)
    await trail.commit({ n: 'c' })
    expect(of(file)).toEqual(['b', 'c'])
    rotate(file)
    trail.append({ n: 'd' })
    await expect.poll(() => existsSync(file) && of(file)).toEqual(['d'])
    await trail.close()
  })
})

test('an entry appended just after a write of the one before does not wait for a third', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-graph-audit-')), 'audit.log')
  const trail = openTrail({
    config: { audit: { file }, auditFsync: 'off', redis: undefined, checkpoints: undefined },
    keys: keysOf(),
    ...UNTOLD,
  })
  await trail.started
  await trail.commit({ kind: 'intent' })
  trail.append({ kind: 'operation' })
  await expect
    .poll(() => entriesOf(readFileSync(file, 'utf8')).map(({ kind }) => kind))
    .toEqual(['start', 'intent', 'operation'])
  await trail.close()
})

describe('a trail in Redis', () => {
  test('is a stream, and its chain is anchored', async () => {
    const key = randomBytes(32)
    const redisUrl = await emptyDatabase()
    const redis = new Redis(redisUrl)
    const other = await startApp(
      {
        AUDIT_LOG: 'redis:kyc-trail',
        REDIS_URL: redisUrl,
        STORE_ENCRYPTION_KEY: key.toString('base64'),
      },
      app,
    )
    await other.run(`{ person(id: "${ADA.personId}") { firstName } }`)
    await other.close()
    const rows = await redis.xrange('kyc-trail', '-', '+')
    const verifier = new TrailVerifier([deriveChainKey(key)])
    for (const [id, fields] of rows) verifier.add(fields[1]!, id)
    const { anchors, unverified } = await readAnchors(addressOf(redisUrl), [deriveChainKey(key)])
    expect(anchors).toMatchObject([{ count: 3 }])
    expect(unverified).toBe(0)
    expect(verifier.report(anchors)).toMatchObject({ entries: 3, problems: [], chains: [{ state: 'ended' }] })
    redis.disconnect()
  })
})

test.each<[Record<string, string>, unknown]>([
  [{}, { file: 'audit.log' }],
  [{ AUDIT_LOG: '/var/log/trail' }, { file: '/var/log/trail' }],
  [{ AUDIT_LOG: 'stdout' }, { stdout: true }],
  [{ AUDIT_LOG: 'redis:trail', REDIS_URL: 'redis://127.0.0.1:1' }, { stream: 'trail' }],
  [{ AUDIT_LOG: 'redis:trail' }, 'REDIS_URL is missing; AUDIT_LOG needs it'],
  [{ AUDIT_LOG: 'redis:', REDIS_URL: 'redis://127.0.0.1:1' }, 'AUDIT_LOG names no stream after redis:'],
])('the settings %j are read', (settings, expected) => {
  if (typeof expected === 'string') expect(() => readVerifyConfig(settings)).toThrow(expected)
  else expect(readVerifyConfig(settings).audit).toEqual(expected)
})

describe('the check of a trail', () => {
  const secret = randomBytes(32)
  const key = deriveChainKey(secret)
  const chain = (entries: number) => {
    const made = createHashChain(key)
    return Array.from({ length: entries }, (_, i) =>
      made.next(`2030-01-01T00:00:0${i}.000Z`, {
        kind: i === 0 ? 'start' : i === entries - 1 ? 'end' : 'operation',
        n: i,
      }),
    )
  }
  const a = chain(6)
  const b = chain(4)
  const mixed = [a[0]!, b[0]!, a[1]!, a[2]!, b[1]!, b[2]!, a[3]!, b[3]!, a[4]!, a[5]!].map(({ line }) => line)
  const check = (lines: readonly string[], { keys = [key], anchors = [a.at(-1)!, b.at(-1)!] } = {}) => {
    const verifier = new TrailVerifier(keys)
    lines.forEach((line, i) => verifier.add(line, String(i + 1)))
    return verifier.report(
      anchors.map(({ chain: id, seq, mac }) => ({
        chain: id,
        count: seq + 1,
        head: mac,
        at: '2030-01-01T00:00:09.000Z',
      })),
    )
  }
  const edited = mixed.with(3, mixed[3]!.replace('"n":2', '"n":7'))

  test('finds nothing wrong with chains of several processes in one file, under an older key, beside a log, with a line that came twice', () => {
    expect(check(mixed)).toMatchObject({ entries: 10, problems: [], repeated: 0 })
    expect(check(mixed, { keys: [deriveChainKey(randomBytes(32)), key] }).problems).toEqual([])
    expect(check(mixed.toSpliced(4, 0, '{"level":30}', mixed[2]!))).toMatchObject({
      entries: 10,
      problems: [],
      repeated: 1,
      others: 1,
    })
    // A full disk tears a line, which is written again.
    expect(check(mixed.toSpliced(3, 0, mixed[3]!.slice(0, 90))).problems).toEqual([])
    expect(check(mixed.toSpliced(3, 0, mixed[3]!.slice(0, 90), mixed[3]!.slice(0, 70))).problems).toEqual([])
    // Another process goes on behind it before it is.
    expect(check(mixed.toSpliced(3, 2, mixed[3]!.slice(0, 90) + mixed[4]!, mixed[3]!))).toMatchObject({
      entries: 10,
      problems: [],
    })
  })

  test.each<[string, readonly string[], RegExp]>([
    ['a line that was edited', edited, /^4: entry 2 .* was changed/],
    ['an edited copy', mixed.toSpliced(4, 0, edited[3]!), /^5: entry 2 .* was changed/],
    ['a line that was removed', mixed.toSpliced(3, 1), /^6: entries 2 to 2 .* are missing/],
    ['lines in another order', mixed.with(2, mixed[3]!).with(3, mixed[2]!), /^3: entries 1 to 1 .* are missing/],
    ['a missing beginning', mixed.slice(1), /^2: chain .* begins with entry 1/],
    ['a tail that was cut off', mixed.slice(0, -1), /ends with entry 4, and 6 were anchored/],
    ['a line that was torn and never written again', mixed.with(3, mixed[3]!.slice(0, 90)), /^4: the line is torn/],
    ['a chain that is gone', mixed.filter((line) => line.includes(a[0]!.chain)), /is anchored .* and not here/],
    ['nothing at all', [], /is anchored .* and not here/],
  ])('finds %s', (_what, lines, problem) => {
    expect(check(lines).problems[0]).toMatch(problem)
  })

  test('says how many chains are missing that ended before its first line, as when old files are not given', () => {
    const late = createHashChain(key).next('2030-01-02T00:00:00.000Z', { kind: 'start' })
    expect(check([late.line])).toMatchObject({ problems: [], earlier: 2 })
    expect(check([late.line, ...mixed])).toMatchObject({ problems: [], earlier: 0 })
  })

  test('reads a line with any characters as one line', () => {
    const { line } = createHashChain(key).next('2030-01-01T00:00:00.000Z', {
      kind: 'start',
      who: { subject: 'a\u2028b\u2029c\r\n' },
    })
    expect(line).not.toMatch(/[\r\n\u2028\u2029]/)
    expect(JSON.parse(line)).toMatchObject({ who: { subject: 'a\u2028b\u2029c\r\n' } })
    expect(check([line], { anchors: [] }).problems).toEqual([])
  })

  test('finds a chain under a foreign key', () => {
    expect(check(mixed, { keys: [deriveChainKey(randomBytes(32))] }).problems[0]).toMatch(
      /^1: chain .* sealed with a key that is not given/,
    )
  })

  test('is a command that prints its findings and sets its exit code', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-audit-'))
    const file = join(folder, 'audit.log')
    writeFileSync(file, `${mixed.join('\n')}\n`)
    writeFileSync(join(folder, 'key'), secret.toString('base64'))
    const env = { AUDIT_LOG: file, STORE_ENCRYPTION_KEY_FILE: join(folder, 'key') }
    const run = (...files: string[]) =>
      runTool('audit-verify', files, env).then(({ code, stdout, stderr }) => ({ code, text: stdout + stderr }))
    const whole = run()
    const bad = join(folder, 'bad.log')
    writeFileSync(bad, `${edited.join('\n')}\n`)
    appendFileSync(bad, '{"chain":"')
    const changed = run(bad)
    expect(await whole).toMatchObject({
      code: 0,
      text: expect.stringMatching(/2 chains, 10 entries[^]*The trail is whole/),
    })
    expect(await changed).toMatchObject({ code: 1, text: expect.stringMatching(/bad\.log:4: entry 2[^]*/) })
    rmSync(folder, { recursive: true })
  })
})
