/**
 * The people and accounts that all emulators share, named for their situation: the same human is a customer at the Open
 * Bank Project, a person at Synctera, a banking customer at Apiture and an account holder at Banfico and SEI.
 */
export interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly situation: string
  readonly dateOfBirth: string
  readonly email: string
  readonly phone: string
  readonly ssn: string
  /** Open Bank Project. */
  readonly bankId: string
  readonly customerId: string
  readonly customerNumber: string
  readonly kycStatus: boolean
  /** Login name: the `client_id` of a development token that acts as this person. */
  readonly username: string
  /** Synctera; absent for people without a record there. */
  readonly personId: string | undefined
  readonly verification: 'UNVERIFIED' | 'PENDING' | 'PROVISIONAL' | 'ACCEPTED' | 'REVIEW' | 'REJECTED'
  /** Apiture. */
  readonly bankingCustomerId: string
  /** SEI. */
  readonly seiExternalId: string
  /** UK sort code and account number (`SCAN`), 14 digits. */
  readonly account: string
}

/** The bank that the development settings name, and another one. */
export const BANK = 'meridian.01.uk'
export const OTHER_BANK = 'northwind.02.uk'

const id = (kind: string, n: number) => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function member(
  n: number,
  firstName: string,
  lastName: string,
  situation: string,
  verification: Person['verification'],
  rest: Partial<Person> = {},
): Person {
  const username = firstName.toLowerCase()
  return {
    firstName,
    lastName,
    situation,
    verification,
    dateOfBirth: `19${String(60 + (n % 40)).padStart(2, '0')}-0${1 + (n % 9)}-1${n % 10}`,
    email: `${username}.${lastName.toLowerCase().replaceAll(' ', '-')}@example.com`,
    phone: `+1415555${String(100 + n).padStart(4, '0')}`,
    ssn: `900-55-${String(n).padStart(4, '0')}`,
    bankId: BANK,
    customerId: id('c', n),
    customerNumber: String(5_000_000 + n),
    kycStatus: verification === 'ACCEPTED',
    username,
    personId: id('a', n),
    bankingCustomerId: `banking-${username}`,
    seiExternalId: `sei-${username}`,
    account: `900700${String(10_000_000 + n)}`,
    ...rest,
  }
}

export const ADA = member(1, 'Ada', 'Accepted', 'verified at every provider', 'ACCEPTED')

/** The named people. The last four digits of an SSN decide the outcome of Synctera's checks. */
export const NAMED_PEOPLE: readonly Person[] = [
  ADA,
  member(2, 'Percy', 'Pending', 'a check is running; the next verifyPerson ends it ACCEPTED', 'PENDING'),
  member(3, 'Prue', 'Provisional', 'verified in part', 'PROVISIONAL'),
  member(4, 'Rhea', 'Review', 'a check found something to look at', 'REVIEW'),
  member(5, 'Rex', 'Rejected', 'rejected by a check', 'REJECTED'),
  member(6, 'Vic', 'Vendorerror', "the check's vendor failed", 'UNVERIFIED'),
  member(7, 'Una', 'Unlinked', 'a customer whom no person is recorded for', 'UNVERIFIED', { personId: undefined }),
  member(8, 'Otto', 'Otherbank', 'a customer of another bank', 'ACCEPTED', { bankId: OTHER_BANK }),
]

/** Forty people without a special situation, for pages and batches: verified and linked. */
export const CROWD: readonly Person[] = Array.from({ length: 40 }, (_, i) =>
  member(100 + i, `Crowd${String(i + 1).padStart(2, '0')}`, 'Member', 'one of a crowd', 'ACCEPTED'),
)

export const PEOPLE: readonly Person[] = [...NAMED_PEOPLE, ...CROWD]

/** Not yet a customer or person; the core system of the bank has the account and has enabled it for digital banking. */
export const NIA = member(200, 'Nia', 'Newcomer', 'to be onboarded', 'UNVERIFIED')
