import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { createGate } from '../../support/gate.js'

const WRITE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }'
const READ = `{ person(id: "${ADA.personId}") { id } }`
const PERMITS = 8
/** Permits that the writes of one client have beside another client: three quarters of its three quarters. */
const WRITES_BESIDE = 4
const WRITE_ROUTE = 'POST /v0/persons'
const READ_ROUTE = 'GET /v0/persons/*'

let app: App
beforeAll(async () => {
  app = await startApp({ SYNCTERA_MAX_CONCURRENCY: String(PERMITS), RATE_LIMIT_COST_PER_MINUTE: '0', ADMISSION: 'off' })
})
afterEach(() => app.clear())
afterAll(() => app.close())

const write = (client: string) =>
  app.run(
    WRITE,
    { input: { idempotencyKey: randomUUID(), isCustomer: true, status: 'PROSPECT', firstName: client } },
    { client },
  )
/** Different persons, so that the reads do not share one call. */
const readOther = (client: string) => app.run(`{ person(id: "${randomUUID()}") { id } }`, {}, { client })
const read = (client: string) => app.run(READ, {}, { client })
const atProvider = (count: number) => expect.poll(() => app.emulators.synctera.unanswered()).toBe(count)

test("one client's slow writes leave permits for the reads of another, which are answered meanwhile", async () => {
  const gate = createGate()
  app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened, times: 0 })
  const writes = Array.from({ length: 20 }, () => write('writer'))
  await atProvider(6)
  for (let i = 0; i < 20; i += 1) expect((await read('reader')).data.person.id).toBe(ADA.personId)
  // No write took a permit that was free meanwhile.
  expect(app.emulators.synctera.unanswered()).toBe(6)
  gate.open()
  for (const { errors } of await Promise.all(writes)) expect(errors).toEqual([])
})

test("one client's slow reads leave permits for another that calls too", async () => {
  await read('reader')
  const gate = createGate()
  const left = { done: false }
  app.fault('synctera', { match: READ_ROUTE, fault: 'slow', until: gate.opened, times: 6 })
  const reads = Promise.all(Array.from({ length: 6 }, () => readOther('hog')))
  await atProvider(6)
  const more = Promise.all(Array.from({ length: 10 }, () => readOther('hog'))).then(() => (left.done = true))
  for (let i = 0; i < 20; i += 1) expect((await read('reader')).data.person.id).toBe(ADA.personId)
  expect(left.done).toBe(false)
  gate.open()
  await Promise.all([reads, more])
})

test("another client's write does not wait for the writes of the first", async () => {
  await read('reader')
  const gate = createGate()
  app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened, times: WRITES_BESIDE })
  const first = Array.from({ length: 60 }, () => write('first'))
  await atProvider(WRITES_BESIDE)
  expect((await write('other')).errors).toEqual([])
  expect(app.emulators.synctera.unanswered()).toBe(WRITES_BESIDE)
  gate.open()
  for (const { errors } of await Promise.all(first)) expect(errors).toEqual([])
})

test('the writes of one client leave permits for its own reads while another client calls', async () => {
  await read('reader')
  const gate = createGate()
  app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened, times: WRITES_BESIDE })
  const writes = Array.from({ length: 20 }, () => write('both'))
  await atProvider(WRITES_BESIDE)
  for (let i = 0; i < 5; i += 1) expect((await read('both')).data.person.id).toBe(ADA.personId)
  expect(app.emulators.synctera.unanswered()).toBe(WRITES_BESIDE)
  gate.open()
  for (const { errors } of await Promise.all(writes)) expect(errors).toEqual([])
})
