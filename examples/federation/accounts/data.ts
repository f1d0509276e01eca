/** An account of the bank; customer and person are references to kyc-graph. */
export interface Account {
  readonly iban: string
  readonly currency: string
  readonly balance: string
  readonly customer: { readonly bankId: string; readonly id: string }
  readonly person: { readonly id: string }
}

const BANK = 'meridian.01.uk'
/** Numbers of people of the emulators: Ada, Percy, and ten of the crowd. */
const PEOPLE = [1, 2, ...Array.from({ length: 10 }, (_, i) => 100 + i)]

/** An account of each of these people. */
export const ACCOUNTS: readonly Account[] = PEOPLE.map((n, i) => {
  const id = `0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  return {
    iban: `GB00MERI900700${10_000_000 + n}`,
    currency: 'GBP',
    balance: `${1_000 + 25 * i}.00`,
    customer: { bankId: BANK, id: `c${id}` },
    person: { id: `a${id}` },
  }
})
