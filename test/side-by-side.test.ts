import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, BANK } from '../datasources/cast.js'
import { CustomerPageDocument } from '../schema/operations/index.js'
import { type App, startApp } from './harness.js'

let app: App
beforeAll(async () => {
  app = await startApp()
  // Tokens are fetched and code is warm before anything is measured.
  await app.run(CustomerPageDocument, { customerId: ADA.customerId })
})
afterAll(() => app.close())

const customer = `/obp/v4.0.0/customers/${ADA.customerId}`

test("a customer's page costs one call for each collection, and as long as the slowest of them", async () => {
  app.clear()
  // What does not hang off another answer.
  const delays = { kyc_checks: 700, kyc_documents: 700, kyc_media: 700, kyc_statuses: 700 }
  for (const [kind, delayMs] of Object.entries(delays)) app.fault('obp', { match: `GET ${customer}/${kind}`, fault: 'slow', delayMs })
  app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', delayMs: 700 })
  app.fault('synctera', { match: 'GET /v0/verifications', fault: 'slow', delayMs: 700 })

  const begun = performance.now()
  const { data, errors } = await app.run(CustomerPageDocument, { customerId: ADA.customerId })
  const took = performance.now() - begun

  expect(errors).toEqual([])
  expect(data.customer).toMatchObject({ kycOverview: { status: 'ACCEPTED' }, person: { verificationStatus: 'ACCEPTED' }, kycChecks: [{ id: 'check-ada' }] })
  expect(app.calls('obp').sort()).toEqual([`GET /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}`, ...Object.keys(delays).map((kind) => `GET ${customer}/${kind}`)].sort())
  expect(app.calls('synctera').sort()).toEqual([`GET /v0/persons/${ADA.personId}`, `GET /v0/verifications?person_id=${ADA.personId}&limit=100`])

  // Six calls of one length side by side take a sixth of their sum; two in a row would take a third.
  const sum = 6 * 700
  expect(took / sum).toBeGreaterThan(1 / 6.1)
  expect(took / sum).toBeLessThan(1 / 3)
})

test('without the overview the verifications wait for the person, and nothing else does', async () => {
  app.clear()
  app.fault('synctera', { match: 'GET /v0/**', fault: 'slow', delayMs: 500, times: 2 })
  for (const kind of ['kyc_checks', 'kyc_documents', 'kyc_media', 'kyc_statuses']) app.fault('obp', { match: `GET ${customer}/${kind}`, fault: 'slow', delayMs: 1000 })
  const begun = performance.now()
  await app.run(`{ customer(id: "${ADA.customerId}") { kycChecks { id } kycDocuments { id } kycMedia { id } kycStatuses { ok } person { verifications { result } } } }`)
  const took = performance.now() - begun
  expect(took / (4 * 1000 + 2 * 500)).toBeLessThan(0.3)
})
