import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK, type Person } from '../../../datasources/emulator/people.js'
import { everythingOf } from './everything.js'
import type { Operation } from './operations.js'
import { type Data, send, tokenOf, type Variables } from './server-client.js'

/** An operation with its variables and what the server answered. */
export interface Recorded {
  readonly operation: Operation
  readonly variables: Variables
  readonly data: Data
}

const named = (username: string): Person => NAMED_PEOPLE.find((person) => person.username === username)!
const PERCY = named('percy')
const RHEA = named('rhea')
const OTTO = named('otto')
const PEOPLE = [ADA, RHEA, OTTO]

/** A verification that the emulator has from its start. */
const PUBLISHED_VERIFICATION = 'AFRH44994'

/** Each group asks one field of `Mutation` with several inputs; where a caller chooses an id, all choose the same. */
const WRITES: readonly (readonly [field: string, ...inputs: object[]])[] = [
  [
    'verifyAccount',
    ...['Accepted,Ada', 'Fraudster,Frank'].map((name) => ({
      types: ['NAME', 'ID'],
      account: {
        type: 'PERSONAL',
        idScheme: 'SCAN',
        id: ADA.account,
        name,
        identities: [{ type: 'TXID', value: name }],
      },
    })),
    ...['90070020000002', '90070020000006', '90070020000044'].map((id) => ({
      types: ['NAME'],
      account: { type: 'PERSONAL', idScheme: 'SCAN', id, name: 'Doe,Jane' },
    })),
  ],
  [
    'setAccountAttributes',
    ...[ADA.seiExternalId, PERCY.seiExternalId, 'job-failed'].map((externalId) => ({
      externalId,
      attributes: [{ name: 'LineOfCreditAccountNumber', value: 'true' }],
    })),
  ],
  [
    'setAccountEntitlements',
    ...[ADA.bankingCustomerId, PERCY.bankingCustomerId, 'challenge-401', 'challenge-403'].map(
      (bankingCustomerId, i) => ({
        bankingCustomerId,
        accounts: [
          { id: 'shared-account', accountNumber: '90070010000042', productCode: 'DDA_01', nickname: `nickname ${i}` },
        ],
        electronicStatementElection: true,
        electronicDocumentElection: true,
        roles: { view: true, billPay: i % 2 === 0 },
      }),
    ),
  ],
  [
    'createAccount',
    ...[BANK, OTHER_BANK].map((bankId, i) => ({
      bankId,
      accountId: 'shared-account',
      label: `account at ${bankId}`,
      productCode: 'SAVINGS',
      currency: ['EUR', 'GBP'][i],
      routings: [{ scheme: 'IBAN', address: `DE0012345678901234567${i}` }],
    })),
  ],
  [
    'createUser',
    ...['first', 'second'].map((username) => ({
      username: `uma.${username}`,
      email: `${username}@example.com`,
      password: 'Str0ng!Password-of-a-user',
      firstName: 'Uma',
      lastName: username,
    })),
  ],
  [
    'createPerson',
    ...['first', 'second'].map((name, i) => ({
      firstName: 'Petra',
      lastName: name,
      isCustomer: true,
      status: 'ACTIVE',
      personalIds: [{ type: 'PASSPORT_NUMBER', identifier: `C01X0000${i}`, countryCode: 'DE' }],
    })),
  ],
  ['verifyPerson', ...[PERCY, RHEA].map(({ personId }) => ({ personId, customerConsent: true }))],
  [
    'addPersonalId',
    ...[PERCY, RHEA].map(({ personId }, i) => ({ personId, type: 'STATE_ID', identifier: `S-${i}12345678` })),
  ],
  [
    'recordPersonVerification',
    ...[PERCY, RHEA].map(({ personId }, i) => ({
      personId,
      type: 'LICENSE',
      result: 'REVIEW',
      verifiedAt: '2024-01-02T03:04:05Z',
      details: [{ category: 'ADDRESS', vendorCode: ['R703', 'R705'][i] }],
    })),
  ],
  [
    'recordDisclosure',
    ...[PERCY, RHEA].map(({ personId }) => ({ personId, type: 'E_SIGN', version: '1.0', eventType: 'VIEWED' })),
  ],
  ['startDocumentVerification', ...[PERCY, RHEA].map(({ personId }) => ({ personId }))],
  ['subscribeToMonitoring', ...[PERCY, RHEA].map(({ personId }) => ({ personId }))],
  [
    'verifyAccounts',
    ...['90070020000002', '90070020000006'].map((id, i) => ({
      types: ['NAME'],
      accounts: ['first', 'second'].slice(i).map((clientReference) => ({
        clientReference,
        account: { type: 'PERSONAL', idScheme: 'SCAN', id, name: clientReference },
      })),
    })),
  ],
  [
    'createWebhookEndpoint',
    ...['first', 'second'].map((path) => ({
      url: `https://partner.example/${path}`,
      types: ['VERIFICATION_RESULT', 'KYC_OVERVIEW'],
    })),
  ],
  [
    'updateCustomerCreditRating',
    ...[ADA, PERCY].map(({ customerId, username }) => ({ customerId, rating: 'B', source: `source of ${username}` })),
  ],
  [
    'requestCreditLimit',
    ...[ADA, PERCY].map(({ customerId }) => ({
      customerId,
      requestedCurrentRateAmount1: '1',
      requestedCurrentRateAmount2: '2',
      requestedCurrentValidEndDate: '2030-01-01',
      currentCreditDocumentation: 'text',
      temporaryRequestedCurrentAmount: '3',
      requestedTemporaryValidEndDate: '2030-01-01',
      temporaryCreditDocumentation: 'text',
    })),
  ],
  [
    'createCustomerMessage',
    ...['first', 'second'].map((message) => ({
      customerId: ADA.customerId,
      message,
      fromDepartment: 'Sales',
      fromPerson: 'Sue',
    })),
  ],
  [
    'addKycDocument',
    ...[ADA, RHEA].map(({ customerId, customerNumber, username }) => ({
      customerId,
      customerNumber,
      id: 'shared-document',
      type: 'passport',
      number: `number of ${username}`,
      issueDate: '2020-01-01T00:00:00Z',
      issuePlace: 'Berlin',
      expiryDate: '2031-01-01T00:00:00Z',
    })),
  ],
  [
    'addKycCheck',
    ...[ADA, RHEA].map(({ customerId, customerNumber, username }) => ({
      customerId,
      customerNumber,
      id: 'shared-check',
      date: '2024-01-01T00:00:00Z',
      how: 'online_meeting',
      staffUserId: 'staff',
      staffName: `staff of ${username}`,
      satisfied: username === 'ada',
      comments: '',
    })),
  ],
  [
    'addKycMedia',
    ...[ADA, RHEA].map(({ customerId, customerNumber, username }) => ({
      customerId,
      customerNumber,
      id: 'shared-media',
      type: 'image',
      url: `https://media.example.com/${username}`,
      date: '2024-01-01T00:00:00Z',
      relatesToKycDocumentId: '',
      relatesToKycCheckId: '',
    })),
  ],
  [
    'addKycStatus',
    ...[ADA, RHEA].map(({ customerId, customerNumber, username }) => ({
      customerId,
      customerNumber,
      ok: username === 'ada',
      date: '2024-01-01T00:00:00Z',
    })),
  ],
]

const valuesAt = (recorded: readonly Recorded[], field: string, ...path: string[]): string[] =>
  recorded
    .map(({ data }) =>
      [field, ...path].reduce<unknown>((value, key) => (value as Data | null | undefined)?.[key], data),
    )
    .filter((value) => typeof value === 'string')

/** Each group asks one field of `Query` with several arguments. */
function readsAfter(writes: readonly Recorded[]): readonly (readonly [field: string, ...variables: Variables[]])[] {
  const banks = [BANK, OTHER_BANK].map((bankId) => ({ bankId }))
  const verificationIds = [...valuesAt(writes, 'verifyAccount', 'result', 'id'), PUBLISHED_VERIFICATION]
  return [
    ['customer', ...PEOPLE.map(({ customerId, bankId }) => ({ id: customerId, bankId }))],
    ['customers', ...banks.map((bank) => ({ ...bank, first: 3 }))],
    ['customerByNumber', ...PEOPLE.map(({ customerNumber, bankId }) => ({ customerNumber, bankId }))],
    [
      'customersByMobilePhoneNumber',
      ...PEOPLE.map(({ phone, bankId }) => ({ mobilePhoneNumber: phone, bankId, first: 3 })),
    ],
    [
      'customersByAttributes',
      ...PEOPLE.map(({ personId, bankId }) => ({
        bankId,
        first: 3,
        attributes: [{ name: 'SYNCTERA_PERSON_ID', value: personId }],
      })),
    ],
    ['customerAttributeDefinitions', ...banks],
    ['crmEvents', ...banks],
    ['meetings', ...banks],
    ['meeting', { id: 'meeting-ada', bankId: BANK }, { id: 'meeting-otto', bankId: OTHER_BANK }],
    ['person', ...PEOPLE.map(({ personId }) => ({ id: personId }))],
    ['personVerification', ...valuesAt(writes, 'recordPersonVerification', 'verification', 'id').map((id) => ({ id }))],
    ['kycReviewQueue', { first: 1 }, { first: 3 }],
    ['persons', { first: 3 }, { first: 3, filter: { ids: [OTTO.personId] } }],
    ['userCustomerLinks', ...PEOPLE.map(({ customerId }) => ({ userId: customerId.replace(/^c/, 'e') }))],
    ['accountEntitlements', ...[ADA, PERCY].map(({ bankingCustomerId }) => ({ bankingCustomerId }))],
    ['accountAttributesJob', ...valuesAt(writes, 'setAccountAttributes', 'job', 'key').map((key) => ({ key }))],
    ['verificationResult', ...verificationIds.map((id) => ({ id }))],
    ['verificationResults', { ids: verificationIds }],
    ['viewer', {}],
    ['errorCodes', {}],
    ['webhookEndpoints', {}],
  ]
}

/** Members that are told anew each time that the same object is read, and a fixed value for each. */
const TOLD_ANEW: Readonly<Data> = {
  asOf: '2000-01-31T12:00:00.000Z',
  observedAt: '2000-01-31T12:00:00.000Z',
  checkedAt: '2000-01-31T12:00:00.000Z',
  nextPollAt: null,
  fromCache: false,
  data: null,
}

const steady = (data: Data): Data =>
  JSON.parse(JSON.stringify(data, (key, value: unknown) => (key in TOLD_ANEW ? TOLD_ANEW[key] : value))) as Data

async function record(operation: Operation, variables: Variables, token: string): Promise<Recorded> {
  const { data, messages } = await send(operation, variables, token)
  // What a caller may not see is null; an operation that is refused as a whole tells a mistake in this file.
  if (data === null) throw new Error(`${operation.name} ${JSON.stringify(variables)}: ${messages.join(' ')}`)
  return { operation, variables, data: steady(data) }
}

/** Creates records as operations, which sees and may write everything: one list for each field of `Mutation`. */
export async function writeRecords(): Promise<readonly (readonly Recorded[])[]> {
  const groups: Recorded[][] = []
  for (const [field, ...inputs] of WRITES) {
    const group: Recorded[] = []
    for (const input of inputs) group.push(await record(everythingOf('mutation', field), { input }, tokenOf('ops')))
    groups.push(group)
  }
  return groups
}

/** Reads every field of `Query`: everything that this client may see. */
export async function readRecords(client: string, writes: readonly Recorded[]): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = []
  for (const [field, ...variables] of readsAfter(writes))
    for (const each of variables) recorded.push(await record(everythingOf('query', field), each, tokenOf(client)))
  return recorded
}
