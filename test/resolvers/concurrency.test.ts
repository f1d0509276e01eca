import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, BANK } from '../../datasources/emulator/people.js'
import { CustomerPageDocument } from '../../schema/operations/index.js'
import { type App, startApp } from '../support/app.js'

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
  ...['addresses', 'tax-residences', 'social_media_handles', 'credit_limit/requests'].map(
    (kind) => `GET ${atBank}/${kind}`,
  ),
  `GET /obp/v4.0.0/banks/${BANK}/user_customer_links/customers/${ADA.customerId}`,
]

test("a customer's page costs one call for each collection, and as long as the slowest of them", async () => {
  app.clear()
  for (const match of COLLECTIONS) app.fault('obp', { match, fault: 'slow', delayMs: 700 })
  app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', delayMs: 700 })
  app.fault('synctera', { match: 'GET /v0/verifications', fault: 'slow', delayMs: 700 })

  const begun = performance.now()
  const { data, errors } = await app.run(CustomerPageDocument, { customerId: ADA.customerId })
  const took = performance.now() - begun

  expect(errors).toEqual([])
  expect(data.customer).toMatchObject({
    kycOverview: { status: 'ACCEPTED' },
    person: { verificationStatus: 'ACCEPTED' },
    kycChecks: [{ id: 'check-ada' }],
  })
  expect(app.calls('obp').sort()).toEqual([`GET ${atBank}`, ...COLLECTIONS].sort())
  expect(app.calls('synctera').sort()).toEqual([
    `GET /v0/persons/${ADA.personId}`,
    `GET /v0/verifications?person_id=${ADA.personId}&limit=100`,
  ])

  // Calls of one length side by side take that long; two in a row would take two such parts of the sum.
  const calls = COLLECTIONS.length + 2
  expect(took / (calls * 700)).toBeGreaterThan(1 / (calls + 0.1))
  expect(took / (calls * 700)).toBeLessThan(2 / calls)
})

test('without the overview the verifications wait for the person, and nothing else does', async () => {
  app.clear()
  app.fault('synctera', { match: 'GET /v0/**', fault: 'slow', delayMs: 500, times: 2 })
  for (const kind of ['kyc_checks', 'kyc_documents', 'kyc_media', 'kyc_statuses'])
    app.fault('obp', { match: `GET ${customer}/${kind}`, fault: 'slow', delayMs: 1000 })
  const begun = performance.now()
  await app.run(
    `{ customer(id: "${ADA.customerId}") { kycChecks { id } kycDocuments { id } kycMedia { id } kycStatuses { ok } person { verifications { result } } } }`,
  )
  const took = performance.now() - begun
  expect(took / (4 * 1000 + 2 * 500)).toBeLessThan(0.3)
})
