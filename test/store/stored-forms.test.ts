import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SnapshotStore } from '../../datasources/apiture/snapshot-store.js'
import { VerificationStore } from '../../datasources/banfico/verification-store.js'
import { apitureCommands } from '../../datasources/apiture/commands.js'
import { banficoCommands } from '../../datasources/banfico/commands.js'
import { accountCommands } from '../../datasources/obp/onboarding/commands.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import { cipherOf } from '../support/keys.js'

/** Records as version 0.1.0 stores them. */
const ENTITLEMENT = {
  account: {
    id: 'a1b4067f35ae4f0ac4a6',
    accountNumber: '1001',
    accountMicrNumber: null,
    productType: 'CHECKING',
    productCode: 'DDA_01',
    nickname: null,
  },
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { default: null, view: true, basic: null, billPay: null, loanAdvance: null },
}
const RESULT = {
  id: 'AFRH44994',
  state: 'COMPLETED',
  message: null,
  account: {
    id: '90070012345678',
    secondaryId: null,
    status: 'ACTIVE',
    nameCheckStatus: 'FULL_MATCH',
    respondedName: null,
    identities: [],
  },
  responder: null,
  checkedAt: '2026-11-28T12:00:00.000Z',
  fromCache: true,
  nextPollAt: null,
}
const SET = { bankingCustomerId: 'ada', items: [ENTITLEMENT], asOf: RESULT.checkedAt, confirmed: true }

const storeOf = () => encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))

describe('a record of version 0.1.0', () => {
  test('of confirmed entitlements is read, and stays readable by 0.1.0 after a write', async () => {
    const store = storeOf()
    const key = ['entitlements', 'ada'] as const
    await store.set(key, { items: [ENTITLEMENT], asOf: SET.asOf, open: [], last: {} }, 60)
    const snapshots = new SnapshotStore(store, { tenant: 'tenant:bank' }, 60)
    const { id, ...members } = ENTITLEMENT.account
    const account = { accountId: id, ...members }
    expect((await snapshots.read('ada'))!.items).toEqual([{ ...ENTITLEMENT, account }])
    await snapshots.begin('ada', {
      id: 'w',
      accounts: ['1002'],
      assignments: { electronicStatementElection: true, electronicDocumentElection: true, roles: {} },
    })
    expect(await store.get(key)).toMatchObject({ items: [ENTITLEMENT] })
  })

  test('of a verification is read', async () => {
    const store = storeOf()
    await store.set(['verification-result', RESULT.id], RESULT, 60)
    const { id, ...members } = RESULT.account
    expect(await new VerificationStore(store, 60, 60).completed(RESULT.id)).toMatchObject({
      ...RESULT,
      account: { accountId: id, ...members },
    })
  })

  const stored = [
    ['verifyAccount', banficoCommands.verifyAccount, { result: RESULT }],
    ['setAccountEntitlements', apitureCommands.setAccountEntitlements, { entitlements: SET, challenge: null }],
    [
      'createAccount',
      accountCommands.createAccount,
      { account: { id: 'ada-1', bankId: 'b', label: '', routings: [], attributes: [] } },
    ],
  ] as const
  test.each(stored)('of the outcome of %s is replayed, and stored again as it was', (_name, command, outcome) => {
    const payload = command.fromStored!(outcome)
    expect(JSON.stringify(payload)).toContain('"accountId":')
    expect((command.toStored as (payload: object) => object)(payload)).toEqual(outcome)
  })
})
