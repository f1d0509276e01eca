import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { NAMESPACES } from '../../datasources/contract/namespaces.js'
import { ADA, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { CheckPayeesDocument, PayeeChecksDocument } from '../../schema/operations/index.js'
import { deriveChainKey } from '../../src/audit/chain.js'
import { verifyCheckpoints } from '../../src/audit/checkpoints/verifier.js'
import { missingCheckpoints } from '../../src/audit/coverage.js'
import { TrailVerifier } from '../../src/audit/verifier.js'
import { mutationPaths, queryPaths } from '../support/access-paths.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { runTool } from '../support/build.js'
import { createGate } from '../support/gate.js'
import { search } from '../support/leaks.js'
import { databaseOf } from '../support/redis.js'
import { cipherOf } from '../support/keys.js'

const KEY = randomBytes(32)
const STORE_ENCRYPTION_KEY = KEY.toString('base64')
const cipher = cipherOf([KEY])
const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-erasure-'))
const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!
const AUDIT_LOG = join(folder, 'audit.log')
const SECURITY_LOG = join(folder, 'security.log')

/** By what Ada is known: to the Open Bank Project, Synctera, Apiture, SEI and Banfico, and in a meeting. */
const IDS = [ADA.customerId, ADA.personId!, ADA.bankingCustomerId, ADA.seiExternalId, ADA.account, 'ada@vob.example']
/** What must be nowhere after the erasure. */
const MARKS = [...IDS, 'Ada Accepted', ADA.email, ADA.phone, 'Zyxquuvob']

let app: App
let redis: Redis
let url: string
beforeAll(async () => {
  app = await startApp({
    REDIS_URL: inject('redisUrl'),
    STORE_ENCRYPTION_KEY,
    RATE_LIMIT_COST_PER_MINUTE: '0',
    // Rows of jobs get two of these.
    BANFICO_MAX_CONCURRENCY: '8',
  })
  url = await databaseOf(STORE_ENCRYPTION_KEY)
  redis = new Redis(url)
})
afterAll(async () => {
  redis.disconnect()
  await app.close()
})

/** The members of an input that say whom it is about. */
const OF_ADA: Readonly<Record<string, unknown>> = {
  customerId: ADA.customerId,
  customerNumber: ADA.customerNumber,
  personId: ADA.personId,
  bankingCustomerId: ADA.bankingCustomerId,
  externalId: ADA.seiExternalId,
  comments: 'Zyxquuvob',
  message: 'Zyxquuvob',
  line1: 'Zyxquuvob',
  creator: { name: 'Ada Accepted', emailAddress: 'ada@vob.example' },
}
const ofAda = (input: object) =>
  Object.fromEntries(Object.entries(input).map(([name, value]) => [name, OF_ADA[name] ?? value]))

/** Every mutation, under a key of its own; `id` is the person's where the input names no other. */
const writes = () =>
  mutationPaths.map(({ name, ask }) => {
    const { document, variables } = ask()
    const input = { ...ofAda(variables['input'] as object), idempotencyKey: name }
    return { name, document, input: name === 'Mutation.updatePerson' ? { ...input, id: ADA.personId } : input }
  })

interface Value {
  readonly namespace: string
  readonly state: unknown
  readonly text: string
  readonly isAdas: boolean
}

/** The stored values that are encrypted; each must be readable. */
async function values(): Promise<Value[]> {
  const subjects = new Set(IDS.flatMap((id) => cipher.digestsOf(['subject', id])))
  const names = (await redis.keys('kyc:*')).filter((name) => Object.hasOwn(NAMESPACES, name.split(':')[1]!))
  return Promise.all(
    names.map(async (name) => {
      const bytes = (await redis.getBuffer(name))!
      const value = cipher.open(name, bytes)
      const { s = [] } = cipher.statementOf(name, bytes)
      const text = JSON.stringify(value)
      return {
        namespace: name.split(':')[1]!,
        state: (value as { state?: unknown }).state,
        text,
        isAdas: s.some((hash) => subjects.has(hash)) || search(MARKS, [{ name: '', text }]).length > 0,
      }
    }),
  )
}

/** The command, as it runs in a container beside the server. */
const erase = (args: readonly string[], settings: Readonly<Record<string, string>> = {}, input?: string) =>
  runTool('erase', args, { REDIS_URL: url, STORE_ENCRYPTION_KEY, AUDIT_LOG, SECURITY_LOG, ...settings }, input)
const OF_ALL = IDS.flatMap((id) => ['--id', id])

test('a person whom every operation was about is erased; their keys stay taken', async () => {
  for (const { document, input } of writes()) await app.run(document, { input })
  for (const { ask } of queryPaths) {
    const { document, variables } = ask()
    await app.run(document, { ...variables, ...('id' in variables ? { id: ADA.customerId } : {}) })
  }
  const literal = `{ customer(id: "${ADA.customerId}") { legalName } }`
  const sha256Hash = createHash('sha256').update(literal).digest('hex')
  await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
    body: JSON.stringify({ query: literal, extensions: { persistedQuery: { version: 1, sha256Hash } } }),
  })

  const before = await values()
  const adas = before.filter(({ isAdas }) => isAdas)
  expect([...new Set(adas.map(({ namespace }) => namespace))].sort()).toEqual([
    'apq',
    'attributes-job',
    'entitlements',
    'event',
    'verification',
    'verification-question',
    'verification-result',
    'verification-row',
    'write',
    'write-payload',
  ])
  expect(adas.length).toBeGreaterThan(50)

  const dry = await erase([...OF_ALL, '--dry-run'])
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('Would become tombstones') })
  expect(await values()).toHaveLength(before.length)

  expect(existsSync(SECURITY_LOG)).toBe(false)
  const done = await erase([...OF_ALL, '--by', 'officer-7'])
  expect(done).toMatchObject({ code: 0, stderr: '' })
  const after = await values()
  expect(after.filter(({ isAdas }) => isAdas)).toEqual([])
  const tombstones = after.filter(({ state }) => state === 'erased')
  expect(tombstones).toHaveLength(adas.filter(({ namespace }) => namespace === 'write').length)
  for (const { text } of tombstones)
    expect(text).toMatch(/^\{("form":2,)?"input":"guard","attempt":"","begun":\d+,"state":"erased"\}$/)

  const receipt = JSON.parse(done.stdout.split('\n')[0]!) as Record<string, unknown>
  expect(receipt).toMatchObject({ tombstones: { write: tombstones.length }, unreadable: {}, remaining: {} })
  const trail = readFileSync(`${AUDIT_LOG}.erasure`, 'utf8')
  expect(trail).toContain('"kind":"erasure","state":"begun"')
  expect(trail).toContain('"kind":"erasure","state":"done"')
  expect(
    search(MARKS, [
      { name: 'the trail', text: trail },
      { name: 'the output', text: done.stdout },
    ]),
  ).toEqual([])
  const events = readFileSync(SECURITY_LOG, 'utf8')
  expect(JSON.parse(events)).toMatchObject({
    event: { action: 'person-erased', reason: 'complete', outcome: 'success' },
    user: { name: 'officer-7' },
    kyc: { receipt: { id: receipt['erasure'] } },
  })
  expect(search(MARKS, [{ name: 'the events', text: events }])).toEqual([])
  const verifier = new TrailVerifier([deriveChainKey(KEY)])
  trail.split('\n').forEach((line, i) => verifier.add(line, `audit.log:${i + 1}`))
  expect(verifier.report([])).toMatchObject({ problems: [], chains: [{ state: 'ended' }] })

  app.clear()
  const keys = new Set<string>()
  for (const { name, document, input } of writes()) {
    const { errors } = await app.run(document, { input })
    if (errors[0]?.extensions.code !== 'OUTCOME_ERASED') continue
    keys.add(name)
    expect(errors[0].extensions).toMatchObject({ retryable: false, replayed: true })
  }
  expect(keys.size).toBe(tombstones.length / 2)
}, 120_000)

const TENANTS_FILE = join(folder, 'tenants.yaml')
writeFileSync(TENANTS_FILE, 'tenants: { meridian: { settings: {} } }')

test.each<readonly [what: string, args: string[], settings: Record<string, string>, message: string]>([
  ['without an id', [], {}, 'erase --ids-file'],
  ['with an empty id', ['--customer', ''], {}, 'erase --ids-file'],
  ['with an empty tenant', ['--customer', 'x', '--tenant', ''], {}, 'erase --ids-file'],
  ['with an empty name of a file', ['--ids-file', ''], {}, 'erase --ids-file'],
  ['with a file that is not there', ['--ids-file', 'absent/ids.txt'], {}, '--ids-file cannot be read (ENOENT)'],
  ['with an unknown option', ['--customer', 'x', '--everything'], {}, 'erase --ids-file'],
  [
    'in a tenant that the file does not name',
    ['--person', 'x', '--tenant', 'merdian'],
    { TENANTS_FILE },
    'has no tenant',
  ],
  [
    'in a store that cannot be reached',
    ['--person', 'x'],
    { REDIS_URL: 'redis://127.0.0.1:1' },
    'Nothing is known to be',
  ],
  ['without a store', ['--person', 'x'], { REDIS_URL: '' }, 'REDIS_URL and STORE_ENCRYPTION_KEY'],
])('%s nothing is erased: exit code 2', async (_what, args, settings, message) => {
  expect(await erase(args, settings)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
})

test('a key whose write was not executed is free after an erasure too', async () => {
  const update = 'mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { replayed } }'
  const input = { id: PERCY.personId, status: 'ACTIVE', idempotencyKey: 'free' }
  app.fault('synctera', { match: 'PATCH /v0/persons/*', fault: 'status', status: 503, times: 0 })
  expect((await app.run(update, { input })).errors[0]!.extensions.code).toBe('PROVIDER_UNAVAILABLE')
  app.clear()
  expect(await erase(['--person', PERCY.personId!])).toMatchObject({ code: 0 })
  expect(await app.run(update, { input })).toMatchObject({ errors: [], data: { updatePerson: { replayed: false } } })
})

/** A user of an app who checks payees. */
const payer = (sub: string): RunOptions => ({
  client: 'payers',
  scopes: ['verifications:read:own', 'verifications:write:own'],
  claims: { sub },
})
const checks = () => app.calls('banfico').filter((call) => call.startsWith('POST')).length
const removedBy = async (...ids: string[]) => {
  const { code, stdout } = await erase(ids.flatMap((id) => ['--id', id]))
  expect(code).toBe(0)
  return (JSON.parse(stdout.split('\n')[0]!) as { removed: Record<string, number> }).removed
}
const payees = (accounts: readonly string[]) => ({
  types: ['NAME'],
  accounts: accounts.map((id) => ({
    clientReference: randomUUID(),
    account: { idScheme: 'SCAN', id, name: randomUUID() },
  })),
})
async function beginJob(accounts: readonly string[], options: RunOptions): Promise<string> {
  const { data, errors } = await app.run<any>(CheckPayeesDocument as never, { input: payees(accounts) }, options)
  expect(errors).toEqual([])
  return data.verifyAccounts.job.id
}
async function readJob(jobId: string, options: RunOptions) {
  const { data } = await app.run<any>(PayeeChecksDocument as never, { jobId, first: 100 }, options)
  return data.accountVerifications
}

test('a job of verifications is erased with who began it, and not with a payee', async () => {
  const user = `payer-${randomUUID()}`
  const [first, second] = CROWD.slice(20, 22).map(({ account }) => account) as [string, string]
  const jobId = await beginJob([first, second], payer(user))
  await expect.poll(async () => (await readJob(jobId, payer(user))).state).toBe('COMPLETED')
  expect(await removedBy(first)).toEqual(expect.not.objectContaining({ 'verification-job': 1 }))
  const { state, counts } = await readJob(jobId, payer(user))
  expect([state, counts]).toEqual(['COMPLETED', expect.objectContaining({ completed: 1, failed: 1 })])
  expect(await removedBy(user)).toMatchObject({ 'verification-job': 1, verification: 1 })
  expect((await values()).filter(({ text }) => text.includes(user))).toEqual([])
  expect(await readJob(jobId, payer(user))).toBeNull()
})

test('a job that is erased while it runs asks for no row but those that are under way', async () => {
  app.clear()
  const user = `payer-${randomUUID()}`
  const gate = createGate()
  app.fault('banfico', { match: 'POST /v1.0/account-verifications', fault: 'slow', until: gate.opened, times: 0 })
  const jobId = await beginJob(
    CROWD.slice(22, 30).map(({ account }) => account),
    payer(user),
  )
  await expect.poll(checks).toBe(2)
  expect(await removedBy(user)).toMatchObject({ 'verification-job': 1 })
  gate.open()
  await expect.poll(() => redis.keys('kyc:verification-lease:*')).toEqual([])
  expect(checks()).toBe(2)
  expect(await readJob(jobId, payer(user))).toBeNull()
  // The two answers came after the erasure.
  expect(await removedBy(user)).toEqual({ verification: 2 })
  expect((await values()).filter(({ text }) => text.includes(user))).toEqual([])
  app.clear()
})

test('ids are taken from a file and from standard input too, one a line', async () => {
  const created = async (idempotencyKey: string): Promise<string> => {
    const { data } = await app.run(
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }',
      { input: { isCustomer: true, status: 'PROSPECT', idempotencyKey } },
    )
    return data.createPerson.person.id as string
  }
  const erased = { code: 0, stdout: expect.stringContaining('Tombstones: 2 write.') as unknown }
  const lines = `\n${await created('by standard input')}\r\n\n another id\n`
  expect(await erase(['--ids-file', '-', '--dry-run'], {}, lines)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Would become tombstones: 2 write.') as unknown,
  })
  const { stdout, ...rest } = await erase(['--ids-file', '-'], {}, lines)
  expect({ stdout, ...rest }).toMatchObject(erased)
  expect((JSON.parse(stdout.split('\n')[0]!) as { subjects: string[] }).subjects).toHaveLength(2)
  const file = join(folder, 'ids.txt')
  writeFileSync(file, await created('by file'))
  expect(await erase(['--ids-file', file])).toMatchObject(erased)
  const empty = { code: 2, stderr: expect.stringContaining('erase --ids-file') as unknown }
  expect(await erase(['--ids-file', '-'], {}, '\n \n')).toMatchObject(empty)
})

test('the exit code tells a person of another tenant from one who is erased or not there', async () => {
  const created = await app.run(
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }',
    { input: { isCustomer: true, status: 'PROSPECT', idempotencyKey: 'exit code' } },
    { claims: { tenant: 'meridian' } },
  )
  const person = ['--person', created.data.createPerson.person.id as string]
  const elsewhere = expect.stringMatching(/another tenant or bank than is given: 2 write\./) as unknown
  expect(await erase([...person, '--tenant', 'acme'])).toMatchObject({ code: 3, stdout: elsewhere })
  expect(await erase([...person, '--tenant', 'tenant:merdian'], { TENANTS_FILE })).toMatchObject({ code: 3 })
  const missing = expect.stringContaining('Nothing was found under these ids') as unknown
  expect(await erase(['--person', 'mistyped', '--dry-run'])).toMatchObject({ code: 0, stdout: missing })
  expect(await erase([...person, '--tenant', 'meridian'], { TENANTS_FILE })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Tombstones: 2 write.') as unknown,
  })
  expect(await erase([...person, '--tenant', 'meridian'])).toMatchObject({ code: 0, stdout: missing })
})

test('an erasure in one tenant leaves what another one must know to refuse a repeat', async () => {
  const entitle =
    'mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { replayed } }'
  const [{ bankingCustomerId }] = CROWD as [(typeof CROWD)[number]]
  const set = (billPay: boolean, idempotencyKey: string | null) => {
    const accounts = [{ accountNumber: '1001', productCode: 'DDA_01' }]
    const elections = { electronicStatementElection: true, electronicDocumentElection: true }
    const input = { bankingCustomerId, accounts, ...elections, roles: { billPay }, idempotencyKey }
    return app.run(entitle, { input }, { claims: { tenant: 'meridian' } })
  }
  app.fault('apiture', { match: 'PUT /**', fault: 'drop-after-apply' })
  expect((await set(true, 'granted')).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
  expect((await set(false, null)).errors).toEqual([])
  app.clear()
  const { code, stdout } = await erase(['--id', bankingCustomerId, '--tenant', 'acme'])
  const receipt: unknown = JSON.parse(stdout.split('\n')[0]!)
  expect(receipt).toMatchObject({ removed: {}, tombstones: {}, elsewhere: { entitlements: 1, write: 2 } })
  expect(code).toBe(3)
  const refused = (await set(true, 'granted')).errors[0]!.extensions
  expect(refused).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true })
  expect(app.recorded('apiture')).toEqual([])
})

test('values under a key that is not given are counted, and the exit code says that they may be left', async () => {
  await app.run('mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }', {
    input: { isCustomer: true, status: 'PROSPECT', idempotencyKey: 'other key' },
  })
  const { code, stdout } = await erase(['--person', 'x'], { STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
  expect(code).toBe(1)
  expect(stdout).toContain('Not readable with the given keys')
  const events = readFileSync(SECURITY_LOG, 'utf8').trim().split('\n')
  expect(JSON.parse(events.at(-1)!)).toMatchObject({ event: { reason: 'incomplete' } })
})

test('an erasure whose security event cannot be written is done, and the exit code says that it was not recorded', async () => {
  const created = await app.run(
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }',
    { input: { isCustomer: true, status: 'PROSPECT', idempotencyKey: 'no event' } },
    { claims: { tenant: 'meridian' } },
  )
  const person = ['--person', created.data.createPerson.person.id as string]
  // A directory takes no lines.
  const unwritable = { SECURITY_LOG: folder, AUDIT_LOG: join(folder, 'unrecorded.log') }
  const stderr = expect.stringContaining('1 security events were not written.') as unknown
  // Nothing was there in the tenant: the code for that is the more telling one.
  expect(await erase([...person, '--tenant', 'acme'], unwritable)).toMatchObject({ code: 3, stderr })
  const stdout = expect.stringContaining('Tombstones: 2 write.') as unknown
  expect(await erase(person, unwritable)).toMatchObject({ code: 1, stdout, stderr })
  expect(readFileSync(`${unwritable.AUDIT_LOG}.erasure`, 'utf8')).toContain('"kind":"erasure","state":"done"')
  expect(await erase(person)).toMatchObject({ code: 0, stderr: '' })
  const failing = { ...unwritable, REDIS_URL: 'redis://127.0.0.1:1' }
  expect(await erase(person, failing)).toMatchObject({ code: 2, stderr })
})

test('a receipt has checkpoints under a root key of the operators; without a root key nothing is erased', async () => {
  const operators = generateKeyPairSync('ed25519')
  const trail = join(folder, 'checkpointed.log')
  const checkpoints = join(folder, 'checkpoints')
  const key = join(folder, 'operators.pem')
  writeFileSync(key, operators.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const settings = { AUDIT_LOG: trail, AUDIT_CHECKPOINTS: checkpoints }
  expect(await erase(['--person', 'nobody'], settings)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('AUDIT_CHECKPOINT_KEY must be a private key'),
  })
  expect(await erase(['--person', 'nobody'], { ...settings, AUDIT_CHECKPOINT_KEY_FILE: key })).toMatchObject({
    code: 0,
  })
  const verifier = new TrailVerifier([deriveChainKey(KEY)])
  readFileSync(`${trail}.erasure`, 'utf8')
    .split('\n')
    .forEach((line, i) => verifier.add(line, String(i + 1)))
  const { chains } = verifier.report(undefined)
  const server = generateKeyPairSync('ed25519')
  const verified = verifyCheckpoints(readFileSync(checkpoints, 'utf8').split('\n'), [
    server.publicKey,
    operators.publicKey,
  ])
  expect(verified).toMatchObject({ problems: [], sequences: [{ hasEnded: true }] })
  expect(chains).toHaveLength(1)
  expect(missingCheckpoints({}, { chains, sequences: verified.sequences })).toEqual([])
}, 240_000)
