import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, BANK } from '../../datasources/emulator/people.js'
import { CustomerPageDocument } from '../../schema/operations/index.js'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'

let app: App
beforeAll(async () => {
  app = await startApp()
  // Tokens are fetched and code is warm before anything is measured.
  await app.run(CustomerPageDocument, { customerId: ADA.customerId })
})
afterAll(() => app.close())

const customer = `/obp/v4.0.0/customers/${ADA.customerId}`
const atBank = `/obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}`
/** What hangs off a customer, each list at an address of its own. */
const COLLECTIONS = [
  ...['kyc_checks', 'kyc_documents', 'kyc_media', 'kyc_statuses'].map((kind) => `GET ${customer}/${kind}`),
  ...['addresses', 'tax-residences', 'social_media_handles'].map((kind) => `GET ${atBank}/${kind}`),
  `GET /obp/v4.0.0/banks/${BANK}/user_customer_links/customers/${ADA.customerId}`,
]

const unanswered = () => ({
  obp: app.emulators.obp.unanswered(),
  synctera: app.emulators.synctera.unanswered(),
})

test("a customer's page costs one call for each collection, and as long as the slowest of them", async () => {
  app.clear()
  const gate = createGate()
  for (const match of COLLECTIONS) app.fault('obp', { match, fault: 'slow', until: gate.opened })
  app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', until: gate.opened })
  for (const match of ['GET /v0/verifications', 'GET /v0/monitoring/alerts'])
    app.fault('synctera', { match, fault: 'slow', until: gate.opened })

  const running = app.run(CustomerPageDocument, { customerId: ADA.customerId })
  // All are under way at the same time, and none waits for another.
  await expect.poll(unanswered).toEqual({ obp: COLLECTIONS.length, synctera: 3 })
  gate.open()
  const { data, errors } = await running

  expect(errors).toEqual([])
  expect(data.customer).toMatchObject({
    kycOverview: { status: 'ACCEPTED' },
    person: { verificationStatus: 'ACCEPTED' },
    kycChecks: [{ id: 'check-ada' }],
  })
  expect(app.calls('obp').sort()).toEqual([`GET ${atBank}`, ...COLLECTIONS].sort())
  expect(app.calls('synctera').sort()).toEqual([
    expect.stringMatching('^GET /v0/monitoring/alerts'),
    `GET /v0/persons/${ADA.personId}`,
    `GET /v0/verifications?person_id=${ADA.personId}&limit=100`,
  ])
})

test('without the overview the verifications wait for the person, and nothing else does', async () => {
  app.clear()
  const [lists, people, verifications] = [createGate(), createGate(), createGate()]
  app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', until: people.opened })
  app.fault('synctera', { match: 'GET /v0/verifications', fault: 'slow', until: verifications.opened })
  for (const kind of ['kyc_checks', 'kyc_documents', 'kyc_media', 'kyc_statuses'])
    app.fault('obp', { match: `GET ${customer}/${kind}`, fault: 'slow', until: lists.opened })
  const running = app.run(
    `{ customer(id: "${ADA.customerId}") { kycChecks { id } kycDocuments { id } kycMedia { id } kycStatuses { ok } person { verifications { result } } } }`,
  )
  await expect.poll(unanswered).toEqual({ obp: 4, synctera: 1 })
  const person = `GET /v0/persons/${ADA.personId}`
  expect(app.calls('synctera')).toEqual([person])
  people.open()
  await expect.poll(() => app.calls('synctera')).toEqual([person, expect.stringMatching('^GET /v0/verifications')])
  expect(unanswered()).toEqual({ obp: 4, synctera: 1 })
  verifications.open()
  lists.open()
  expect((await running).errors).toEqual([])
})
