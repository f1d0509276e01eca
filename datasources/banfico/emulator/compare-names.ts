/** How the emulator's bank compares a name with the holder's. */
export type Comparison = 'same' | 'close' | 'other'

const HONORIFICS = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'mx'])

const words = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !HONORIFICS.has(word))

/** One holder as written: `Last,First,Middle,Honorific`, `,,,Full Name`, or just the name. */
function wordsOf(holder: string): string[] {
  const [last = '', first = '', middle = '', rest = ''] = holder.split(',').map((part) => part.trim())
  if (last === '' && first === '') return words(rest)
  return words(first === '' ? last : `${first} ${middle} ${last}`)
}

/** How many letters must change to make one of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

const CLOSE_LETTERS = 2

function compareOne(given: readonly string[], holder: readonly string[]): Comparison {
  const [first, last] = [holder[0]!, holder.at(-1)!]
  // A middle name that the bank does not hold makes no other name.
  if (given[0] === first && given.at(-1) === last && given.length >= holder.length) return 'same'
  if (given.at(-1) === last && given[0]?.[0] === first[0]) return 'close'
  return distance(given.join(' '), holder.join(' ')) <= CLOSE_LETTERS ? 'close' : 'other'
}

/** Compares what was given with the holder's name; of several names the nearest counts. */
export function compareNames(given: string, holder: string): Comparison {
  const found = given.split(';').map((one) => compareOne(wordsOf(one), words(holder)))
  return found.includes('same') ? 'same' : found.includes('close') ? 'close' : 'other'
}
