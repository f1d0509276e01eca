import { ADA, BANK, CROWD } from '../../datasources/emulator/people.js'
import type { Credential } from '../../datasources/http/call.js'
import type { ProviderName } from '../../datasources/index.js'

/** What a method is to a fault: may be asked again; writes, once or under a key the provider honours; checks, never again. */
export type Kind = 'read' | 'keyed' | 'write' | 'nonRepeatableRead'

export interface Row {
  readonly kind: Kind
  readonly args: readonly unknown[]
  /** True where any answer will do. */
  readonly loose?: boolean
  /** True where another method sends the same line: it is called after all others. */
  readonly isLast?: boolean
}

const place = { bankId: BANK, id: CROWD[0]!.customerId }
const { customerId } = ADA
/** Bodies that the provider refuses, so that nothing is changed by what gets through. */
const bad = {}
const read = (...args: unknown[]): Row => ({ kind: 'read', args })
const write = (...args: unknown[]): Row => ({ kind: 'write', args })
const keyed = (...args: unknown[]): Row => ({ kind: 'keyed', args: [...args, crypto.randomUUID()] })

/** How every method of every room is called. */
export const rows: Readonly<Record<ProviderName, (credential: Credential) => Readonly<Record<string, Row>>>> = {
  obp: (credential) => ({
    createCustomer: write(BANK, bad),
    getCustomerByCustomerId: read(BANK, customerId),
    getCustomerByCustomerNumber: read(BANK, ADA.customerNumber),
    getCustomersByAttributes: read(BANK, [['SPECIAL_TAX_NUMBER', 'tax-5000001']]),
    getCustomersByCustomerPhoneNumber: read(BANK, '%5550102%'),
    getCustomersForUser: read(credential),
    getFirehoseCustomers: read(BANK, {
      limit: 1,
      offset: 0,
      sort_direction: 'ASC',
      from_date: '2015-01-01T00:00:00.000Z',
      to_date: '2018-01-01T12:00:00.000Z',
    }),
    createCustomerAttribute: write(BANK, place.id, { ...bad, value: '' }),
    getCustomerAttributes: read(BANK, customerId),
    getCustomerAttributeById: read(BANK, customerId, 'nothing'),
    updateCustomerAttribute: write(BANK, place.id, 'nothing', { ...bad, value: '' }),
    deleteCustomerAttribute: write(BANK, 'nothing'),
    addKycCheck: write(place, 'check', bad),
    addKycDocument: write(place, 'document', bad),
    addKycMedia: write(place, 'media', bad),
    addKycStatus: write(place, bad),
    getKycChecks: read(customerId),
    getKycDocuments: read(customerId),
    getKycMedia: read(customerId),
    getKycStatuses: read(customerId),
    createCustomerAddress: write(place, bad),
    getCustomerAddresses: read(place),
    updateCustomerAddress: write(place, 'nothing', bad),
    deleteCustomerAddress: write(place, 'nothing'),
    createTaxResidence: write(place, bad),
    getTaxResidence: read(place),
    deleteTaxResidence: write(place, 'nothing'),
    addSocialMediaHandle: write(place, bad),
    getSocialMediaHandles: read(place),
    createCreditLimitRequest: write(place, bad),
    getCreditLimitRequests: read(place),
    getCreditLimitRequestByRequestId: read(place, 'nothing'),
    updateCustomerBranch: write(place, bad),
    updateCustomerCreditLimit: write(place, bad),
    updateCustomerCreditRatingAndSource: write(place, bad),
    updateCustomerData: write(place, bad),
    updateCustomerEmail: write(place, bad),
    updateCustomerIdentity: write(place, bad),
    updateCustomerMobileNumber: write(place, bad),
    updateCustomerNumber: write(place, bad),
    createUserCustomerLinks: write(BANK, bad),
    deleteUserCustomerLink: write(BANK, 'nothing'),
    getUserCustomerLinksByCustomerId: read(BANK, customerId),
    getUserCustomerLinksByUserId: read(BANK, customerId.replace(/^./, 'e')),
    createOrUpdateCustomerAttributeAttributeDefinition: write(BANK, bad),
    deleteCustomerAttributeDefinition: write(BANK, 'nothing'),
    getCustomerAttributeDefinition: read(BANK),
    getCrmEvents: read(BANK),
    createMeeting: write(BANK, bad),
    getMeeting: read(BANK, 'nothing'),
    getMeetings: read(BANK),
    createCustomerMessage: write(place, bad),
    getCustomerMessages: read(BANK, credential),
    createAccount: write(BANK, 'account', bad),
    addAccount: write(BANK, bad),
    createUser: write(bad),
  }),
  synctera: () => ({
    createPerson: keyed({ is_customer: true, status: 'PROSPECT' }),
    getPerson: read(ADA.personId),
    listPersons: read({ ids: [ADA.personId] }),
    updatePerson: keyed(CROWD[0]!.personId, { chosen_name: 'Addie' }),
    verify: keyed({ person_id: ADA.personId, customer_consent: true }),
    listVerifications: read([ADA.personId]),
    pageOfVerifications: { ...read({ person_id: ADA.personId }, 10), isLast: true },
    getVerification: read(ADA.personId),
    recordVerification: keyed(bad),
    addPersonalId: keyed(bad),
    updatePersonalId: keyed(ADA.personId, bad),
    deletePersonalId: write(ADA.personId),
    recordDisclosure: keyed(bad),
    listDisclosures: read([ADA.personId]),
    startDocumentSession: keyed(bad),
    subscribe: write('nobody'),
    getSubscription: read('nothing'),
    listSubscriptions: read([ADA.personId]),
    endSubscription: write('nothing'),
    getAlert: read('nothing'),
    listAlerts: read([ADA.personId]),
    setAlertStatus: write('nothing', 'SUPPRESSED'),
  }),
  apiture: () => ({ setCustomerAccountEntitlements: write('nobody', bad, undefined) }),
  sei: () => ({
    setAccountAttributes: write(bad),
    getJobStatus: { ...read('nothing'), loose: true },
  }),
  banfico: () => ({
    verify: {
      kind: 'nonRepeatableRead',
      args: [{ types: ['ACCOUNT_STATUS'], account: { idScheme: 'IBAN', id: ADA.account } }],
    },
    fetch: read('nothing'),
  }),
}
