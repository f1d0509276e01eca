import { BANK } from '../../../../datasources/emulator/people.js'
import type { SurfaceRow } from './row.js'

const at = `/obp/v4.0.0/banks/${BANK}`
const createAccount = `mutation($input: CreateAccountInput!) { createAccount(input: $input) {
  replayed account { accountId bankId userId label productCode balance { currency amount } branchId routings { scheme address } attributes { productCode name type value } } } }`
const input = {
  label: 'Household',
  productCode: 'SAVINGS',
  currency: 'EUR',
  branchId: 'branch-1',
  routings: [{ scheme: 'IBAN', address: 'DE02120300000000202051' }],
}
const body = {
  user_id: '',
  label: 'Household',
  product_code: 'SAVINGS',
  balance: { currency: 'EUR', amount: '0' },
  branch_id: 'branch-1',
  account_routings: [{ scheme: 'IBAN', address: 'DE02120300000000202051' }],
}
const account = {
  bankId: BANK,
  label: 'Household',
  productCode: 'SAVINGS',
  balance: { currency: 'EUR', amount: '0.00' },
  branchId: 'branch-1',
  attributes: [{ productCode: 'SAVINGS', name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-23' }],
}

export const onboardingRows: SurfaceRow[] = [
  {
    n: 1,
    operation: 'createAccount',
    query: createAccount,
    variables: { input: { ...input, accountId: 'household.1' } },
    request: () => ({ method: 'PUT', path: `${at}/accounts/household.1`, body }),
    data: {
      createAccount: { replayed: false, account: { ...account, accountId: 'household.1', routings: input.routings } },
    },
  },
  {
    n: 2,
    operation: 'addAccount',
    query: createAccount,
    variables: { input: { label: 'Pocket', productCode: 'AC', currency: 'JPY' } },
    request: () => ({
      method: 'POST',
      path: `${at}/accounts`,
      body: {
        user_id: '',
        label: 'Pocket',
        product_code: 'AC',
        balance: { currency: 'JPY', amount: '0' },
        branch_id: '',
        account_routings: [],
      },
    }),
    data: {
      createAccount: {
        replayed: false,
        account: {
          bankId: BANK,
          label: 'Pocket',
          productCode: 'AC',
          balance: { currency: 'JPY', amount: '0' },
          branchId: null,
          routings: [],
          attributes: [],
        },
      },
    },
  },
  {
    n: 56,
    operation: 'createUser',
    query:
      'mutation($input: CreateUserInput!) { createUser(input: $input) { replayed user { id email username provider providerId entitlements { id roleName bankId } } } }',
    variables: {
      input: {
        email: 'Nora.New@Example.com',
        username: 'nora.new',
        password: 'Some-Strong-Pass1',
        firstName: 'Nora',
        lastName: 'New',
      },
    },
    request: () => ({
      method: 'POST',
      path: '/obp/v4.0.0/users',
      body: {
        email: 'Nora.New@Example.com',
        username: 'nora.new',
        password: 'Some-Strong-Pass1',
        first_name: 'Nora',
        last_name: 'New',
      },
    }),
    data: {
      createUser: {
        replayed: false,
        user: { email: 'nora.new@example.com', username: 'nora.new', providerId: 'nora.new', entitlements: [] },
      },
    },
  },
]
