import { randomUUID } from 'node:crypto'
import { NAMED_PEOPLE } from '../../emulator/people.js'
import type { EndpointResponse, Api, EndpointRequest, Parsed } from './api.js'
import { ResponseError } from './errors.js'
import type { Habits } from './habits.js'
import type { User, Users } from './users.js'
import { lengthOf } from '../../../schema/text.js'

const ACCOUNT = {
  user_id: 'text',
  label: 'text',
  product_code: 'text',
  balance: { currency: 'text', amount: 'text' },
  branch_id: 'text',
  account_routings: [{ scheme: 'text', address: 'text' }],
} as const
const EXAMPLE = JSON.stringify(
  {
    user_id: '',
    label: 'Household',
    product_code: 'AC',
    balance: { currency: 'EUR', amount: '0' },
    branch_id: 'branch-1',
    account_routings: [{ scheme: 'AccountNumber', address: '1' }],
  },
  null,
  2,
)

const USER = { email: 'text', username: 'text', password: 'text', first_name: 'text', last_name: 'text' } as const

const UNSPECIFIED = 'OBP-50005: An unspecified or internal error occurred.'

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))

/** The only product of the banks; other codes are accepted without effect. */
const PRODUCT = {
  code: 'SAVINGS',
  attributes: [{ name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-23' }],
}

interface StoredAccount {
  readonly bankId: string
  readonly accountId: string
  readonly routings: Parsed<typeof ACCOUNT>['account_routings']
}

const isStrong = (password: string): boolean =>
  lengthOf(password) > 16 ||
  (lengthOf(password) >= 10 &&
    [/\d/, /[a-z]/, /[A-Z]/, /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/].every((kind) => kind.test(password)))

/** The rule of HTML for `<input type=email>`. */
const isEmail = (text: string | null): boolean =>
  /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i.test(
    text?.trim() ?? '',
  )

/** The rules that a user's data violates, as messages. */
function violationsOf({ email, username, first_name, last_name }: Parsed<typeof USER>, habits: Habits): string[] {
  const [maxUsernameLength, mayBeEmail] = habits.since('2023-04') ? [100, true] : [64, false]
  const isName = /^(?=.{8,100}$)(?![._])(?!.*[._]{2})[a-zA-Z0-9._]+(?<![._])$/.test(username ?? '')
  const rules: [boolean, string][] = [
    [isEmail(email) && lengthOf(email!.trim()) <= 48, 'Invalid email address'],
    [(isName || (mayBeEmail && isEmail(username))) && lengthOf(username!) <= maxUsernameLength, 'Invalid username'],
    [(first_name ?? '').trim() !== '', 'First name required'],
    [(last_name ?? '').trim() !== '', 'Last name required'],
  ]
  return rules.flatMap(([isKept, message]) => (isKept ? [] : [message]))
}

/** Accounts and the registration of users; each named test person has an account. */
export class Onboarding {
  readonly #accounts: StoredAccount[] = NAMED_PEOPLE.map(({ username, bankId, account }) => ({
    bankId,
    accountId: `account-${username}`,
    routings: [{ scheme: 'SCAN', address: account }],
  }))

  constructor(readonly users: Users) {}

  #owner(request: EndpointRequest, userId: string | null): User {
    if (!userId) return request.user
    const owner = this.users.find(userId)
    if (!owner)
      throw new ResponseError(
        404,
        `OBP-20005: User not found. Please specify a valid value for USER_ID. Current USER_ID(${userId})`,
      )
    if (owner !== request.user && !request.user.may('CanCreateAccount'))
      throw new ResponseError(
        403,
        'OBP-20006: User is missing one or more roles:  CanCreateAccount or create account for self',
      )
    return owner
  }

  #checkRoutings(bankId: string, routings: StoredAccount['routings']): void {
    if (new Set(routings.map(({ scheme }) => scheme)).size < routings.length)
      throw new ResponseError(
        400,
        'OBP-30114: Invalid Account Routings. Duplication detected in account routings, please specify only one value per routing scheme',
      )
    const existing = this.#accounts
      .filter((account) => account.bankId === bankId)
      .flatMap((account) => account.routings)
    const taken = routings.filter(({ scheme, address }) =>
      existing.some((other) => other.scheme === scheme && other.address === address),
    )
    if (taken.length > 0)
      throw new ResponseError(
        400,
        taken
          .map(
            ({ scheme, address }) =>
              `OBP-30115: Account Routing already exist. (bankId: ${bankId}, scheme: ${scheme}, address: ${address})`,
          )
          .join('; '),
      )
  }

  /** The bank is checked late. */
  #open(request: EndpointRequest, body: Parsed<typeof ACCOUNT>, accountId: string): EndpointResponse {
    const owner = this.#owner(request, body.user_id)
    const { amount, currency } = body.balance
    if (amount === null || amount === '' || Number.isNaN(Number(amount)))
      throw new ResponseError(400, 'OBP-30112: Invalid Number. Initial balance must be a number, e.g 1000.00')
    if (Number(amount) !== 0) throw new ResponseError(400, 'OBP-30109: Initial Balance of Account must be Zero (0).')
    if (currency === null || !CURRENCIES.has(currency))
      throw new ResponseError(400, 'OBP-10003: Invalid Currency Value. It should be three letters ISO Currency Code. ')
    const bankId = request.bank()
    this.#checkRoutings(bankId, body.account_routings)
    this.#accounts.push({ bankId, accountId, routings: body.account_routings })
    const digits =
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
    return {
      status: 201,
      body: {
        account_id: accountId,
        user_id: owner.userId,
        label: body.label,
        product_code: body.product_code,
        balance: { currency, amount: (0).toFixed(digits) },
        branch_id: body.branch_id,
        account_routings: body.account_routings,
        account_attributes:
          body.product_code === PRODUCT.code
            ? PRODUCT.attributes.map((attribute) => ({
                product_code: PRODUCT.code,
                account_attribute_id: randomUUID(),
                ...attribute,
              }))
            : [],
      },
    }
  }

  #create(request: EndpointRequest): EndpointResponse {
    const { bankId, accountId } = request.params
    if (this.#accounts.some((account) => account.bankId === bankId && account.accountId === accountId))
      throw new ResponseError(400, 'OBP-30208: Account_ID already exists at the Bank.')
    const body = request.body(ACCOUNT, `${EXAMPLE} `)
    if (!/^[0-9A-Za-z\-._]{1,255}$/.test(accountId!))
      throw new ResponseError(
        400,
        "OBP-30110: Invalid Account Id. The ACCOUNT_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
      )
    return this.#open(request, body, accountId!)
  }

  routes({ endpoint, open, habits }: Api): void {
    const create = (request: EndpointRequest) => this.#create(request)
    endpoint('PUT', '/banks/:bankId/accounts/:accountId', create, 'new', { until: '2020-10' })
    endpoint('PUT', '/banks/:bankId/accounts/:accountId', create, 'new', { version: 'v3.1.0' })

    endpoint('POST', '/banks/:bankId/accounts', (request) =>
      this.#open(request, request.body(ACCOUNT, `${EXAMPLE} `), randomUUID()),
    )

    open('POST', '/users', (request) => {
      const body = request.body(USER)
      const { username, password } = body
      if (!isStrong(password ?? ''))
        throw new ResponseError(
          400,
          'OBP-30207: Invalid Password Format. Your password should EITHER be at least 10 characters long and contain mixed numbers and both upper and lower case letters and at least one special character, OR be longer than 16 characters.',
        )
      if (this.users.isTaken(username ?? ''))
        throw new ResponseError(
          409,
          habits.since('2024-10') ? UNSPECIFIED : 'User with the same username already exists.',
        )
      const violations = violationsOf(body, habits)
      // The newest release leaves out what has no code.
      if (violations.length > 0)
        throw new ResponseError(400, habits.since('2024-10') ? UNSPECIFIED : violations.join(';'))
      const { userId } = this.users.register(username!, password!)
      return {
        status: 201,
        body: {
          user_id: userId,
          email: body.email!.trim().toLowerCase(),
          provider_id: username,
          provider: 'http://127.0.0.1:8080',
          username,
          entitlements: { list: [] },
        },
      }
    })
  }
}
