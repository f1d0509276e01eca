import { readFileSync } from 'node:fs'
import { Kind } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CODES, CUSTOMERS } from '../../datasources/apiture/emulator/index.js'
import {
  EntitleDocument,
  StartChallengeFactorDocument,
  VerifyChallengeFactorDocument,
} from '../../schema/operations/index.js'
import { PERSONAS } from '../../src/dev/personas.js'
import { type App, startApp } from '../support/app.js'

const { client, scopes } = PERSONAS.find((persona) => persona.client === 'partner')!

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** The operation of each numbered step of docs/identity-challenges.md. */
const steps = [
  ...readFileSync(new URL('../../docs/identity-challenges.md', import.meta.url), 'utf8').matchAll(/^\d\. `(\w+)`/gm),
].map(([, operation]) => operation)

test('a partner walks the page from the first call to the last', async () => {
  const walked: string[] = []
  const run: App['run'] = async (document, variables) => {
    const result = await app.run(document, variables, { client, scopes })
    expect(result.errors).toEqual([])
    const [definition] = typeof document === 'string' ? [] : document.definitions
    if (definition?.kind === Kind.OPERATION_DEFINITION) walked.push(definition.name!.value)
    return result
  }
  const input = {
    bankingCustomerId: CUSTOMERS.challengedAnew,
    accounts: [{ accountNumber: '123456789', productCode: 'DDA_01' }],
    electronicStatementElection: true,
    electronicDocumentElection: true,
    roles: { view: true },
    idempotencyKey: 'challenged-1',
  }
  const entitle = async () => (await run(EntitleDocument, { input })).data.setAccountEntitlements!

  const { challenge, entitlements } = await entitle()
  expect(entitlements).toBeNull()
  const { challengeId, factors } = challenge!
  const [sms] = factors
  expect(sms).toMatchObject({ type: 'SMS', factorId: expect.any(String) as string })
  const factorId = sms!.factorId!

  const started = await run(StartChallengeFactorDocument, { input: { challengeId, factorId } })
  expect(started.data.startChallengeFactor!.progress).toMatchObject({
    state: 'STARTED',
    attemptsLeft: 3,
    expiresAt: expect.stringMatching(/Z$/) as string,
  })
  const verified = await run(VerifyChallengeFactorDocument, { input: { challengeId, factorId, code: CODES.right } })
  expect(verified.data.verifyChallengeFactor!.progress.state).toBe('VERIFIED')

  expect(await entitle()).toMatchObject({ replayed: false, challenge: null, entitlements: { confirmed: true } })
  expect(walked).toEqual(steps)
  expect(app.calls('apiture').map((call) => call.replace(/challenges\/\w+/, 'challenges/…'))).toEqual([
    `PUT /bankingAdmin/bankingCustomers/${CUSTOMERS.challengedAnew}/accountEntitlements`,
    `POST /banking/challenges/…/factors/${factorId}/start`,
    `POST /banking/challenges/…/factors/${factorId}/verify`,
    `PUT /bankingAdmin/bankingCustomers/${CUSTOMERS.challengedAnew}/accountEntitlements`,
  ])
})
