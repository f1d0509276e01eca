import { ADA, PEOPLE, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { CHALLENGE_WRITES } from './challenge-writes.js'
import { verifyAccounts } from './payee-jobs.js'
import { PERSON_WRITES, personOf } from './person-writes.js'
import { word, type WriteKind } from './write-kind.js'

/** What every personal value of the soak begins with, so that a leak is found whichever it is. */
export const MARKS = ['Zyxsoa', 'zyxsoa', '+1731955', '731-95-', '73195500'] as const

const email = (number: number) => `zyxsoak${number}@vob.example`
const digits = (number: number, length: number) => String(number).padStart(length, '0')
const address = (number: number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`

/** Customers that the bank and their records agree on. */
const CUSTOMERS = PEOPLE.filter(({ bankId }) => bankId === ADA.bankId)

const createPerson: WriteKind = {
  mutation: 'createPerson',
  input: 'CreatePersonInput',
  selection: 'person { id firstName lastName }',
  weight: 5,
  once: true,
  idOf: ({ person }) => person.id as string,
  make(random, number) {
    // The last digits decide how a check ends; a few persons cannot be checked at all.
    const ssn = random.chance(0.15)
      ? {}
      : { ssn: `${MARKS[3]}${digits(random.chance(0.3) ? 1 + random.whole(8) : 1000 + (number % 9000), 4)}` }
    const legalAddress = { line1: word(number), city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' }
    return {
      mark: word(number),
      input: {
        isCustomer: true,
        status: 'ACTIVE',
        firstName: word(number),
        lastName: word(number),
        dateOfBirth: '1987-03-04',
        email: email(number),
        phoneNumber: `${MARKS[2]}${digits(number, 6)}`,
        legalAddress,
        ...ssn,
      },
    }
  },
}

const updatePerson: WriteKind = {
  mutation: 'updatePerson',
  input: 'UpdatePersonInput',
  selection: 'person { id chosenName }',
  weight: 3,
  once: true,
  make(random, number, oracle) {
    const id = personOf(random, oracle)
    return id === undefined ? undefined : { mark: word(number), input: { id, chosenName: word(number) } }
  },
}

const verifyPerson: WriteKind = {
  mutation: 'verifyPerson',
  input: 'VerifyPersonInput',
  selection: 'verification { status results { id type result } }',
  weight: 4,
  once: true,
  idOf: ({ verification }) => verification.results[0].id as string,
  make(random, number, oracle) {
    const personId = personOf(random, oracle)
    return personId === undefined
      ? undefined
      : { mark: address(number), input: { personId, customerConsent: true, customerIpAddress: address(number) } }
  },
}

const createCustomer: WriteKind = {
  mutation: 'createCustomer',
  input: 'CreateCustomerInput',
  selection: 'customer { id legalName }',
  weight: 4,
  once: true,
  idOf: ({ customer }) => customer.id as string,
  make: (_random, number) => ({
    mark: word(number),
    input: {
      legalName: word(number),
      mobilePhoneNumber: `${MARKS[2]}${digits(number, 6)}`,
      email: email(number),
      dateOfBirth: '1987-03-04',
      relationshipStatus: 'single',
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: false,
      lastOkDate: '2024-05-01T09:00:00Z',
    },
  }),
}

const updateCustomerEmail: WriteKind = {
  mutation: 'updateCustomerEmail',
  input: 'UpdateCustomerEmailInput',
  selection: 'customer { id email }',
  weight: 2,
  once: true,
  make: (random, number) => ({
    mark: email(number),
    input: { customerId: random.pick(CROWD).customerId, email: email(number) },
  }),
}

const createCustomerAddress: WriteKind = {
  mutation: 'createCustomerAddress',
  input: 'CreateCustomerAddressInput',
  selection: 'address { id city }',
  weight: 2,
  once: true,
  idOf: ({ address: { id } }) => id as string,
  make: (random, number) => ({
    mark: word(number),
    input: {
      customerId: random.pick(CROWD).customerId,
      line1: word(number),
      city: word(number),
      postcode: '10115',
      countryCode: 'DE',
    },
  }),
}

const addKycCheck: WriteKind = {
  mutation: 'addKycCheck',
  input: 'AddKycCheckInput',
  selection: 'kycCheck { id customerId comments }',
  weight: 4,
  once: true,
  idOf: ({ kycCheck }) => kycCheck.id as string,
  make(random, number) {
    const { customerId, customerNumber } = random.pick(CUSTOMERS)
    return {
      mark: word(number),
      input: {
        customerId,
        customerNumber,
        date: '2024-05-01T09:10:00Z',
        how: 'online_meeting',
        staffUserId: 'staff-7',
        staffName: 'Sam',
        satisfied: true,
        comments: word(number),
      },
    }
  },
}

/** Few accounts, so that writes meet. */
const setAccountEntitlements: WriteKind = {
  mutation: 'setAccountEntitlements',
  input: 'SetAccountEntitlementsInput',
  selection: 'entitlements { bankingCustomerId items { account { accountNumber } } } challenge { challengeId }',
  weight: 3,
  once: false,
  make(random, number) {
    const member = random.whole(8)
    const accountNumber = `${MARKS[4]}${digits(member, 2)}${digits(random.whole(3), 4)}`
    return {
      mark: word(number),
      input: {
        bankingCustomerId: CROWD[member]!.bankingCustomerId,
        accounts: [{ accountNumber, productType: 'CHECKING', productCode: 'DDA_01', nickname: word(number) }],
        electronicStatementElection: true,
        electronicDocumentElection: true,
        roles: { view: random.chance(0.5), billPay: random.chance(0.5) },
      },
    }
  },
}

const setAccountAttributes: WriteKind = {
  mutation: 'setAccountAttributes',
  input: 'SetAccountAttributesInput',
  selection: 'job { key externalId }',
  weight: 2,
  once: true,
  idOf: ({ job }) => job.key as string,
  make: (random, number) => ({
    mark: word(number),
    input: {
      externalId: random.pick(CROWD).seiExternalId,
      attributes: [{ name: 'LineOfCreditAccountNumber', value: word(number) }],
    },
  }),
}

const verifyAccount: WriteKind = {
  mutation: 'verifyAccount',
  input: 'VerifyAccountInput',
  selection: 'result { id state account { status nameCheckStatus } }',
  weight: 4,
  once: false,
  idOf: ({ result }) => result.id as string,
  make: (random, number) => ({
    mark: word(number),
    input: {
      types: ['NAME'],
      account: { type: 'PERSONAL', idScheme: 'SCAN', id: random.pick(NAMED_PEOPLE).account, name: word(number) },
      maxAgeSeconds: 0,
    },
  }),
}

export const WRITES: readonly WriteKind[] = [
  createPerson,
  updatePerson,
  verifyPerson,
  createCustomer,
  updateCustomerEmail,
  createCustomerAddress,
  addKycCheck,
  setAccountEntitlements,
  setAccountAttributes,
  verifyAccount,
  verifyAccounts,
  ...PERSON_WRITES,
  ...CHALLENGE_WRITES,
]

export const documentOf = ({ mutation, input, selection }: WriteKind): string =>
  `mutation Soak($input: ${input}!) { ${mutation}(input: $input) { replayed ${selection} } }`
