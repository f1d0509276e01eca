/** The result of comparing a given name with the name of the account holder. */
export type Comparison = 'same' | 'close' | 'other'

const HONORIFICS = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'mx'])

const words = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !HONORIFICS.has(word))

/** The words of one given name: `Last,First,Middle,Honorific`, `,,,Full Name`, or the plain name. */
function wordsOf(holder: string): string[] {
  const [last = '', first = '', middle = '', rest = ''] = holder.split(',').map((part) => part.trim())
  if (last === '' && first === '') return words(rest)
  return words(first === '' ? last : `${first} ${middle} ${last}`)
}

/** Levenshtein distance: the number of letters to change, add or remove. */
function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

const MAX_CLOSE_DISTANCE = 2

function compareOne(given: readonly string[], holder: readonly string[]): Comparison {
  const [first, last] = [holder[0]!, holder.at(-1)!]
  // An additional middle name does not make the name different.
  if (given[0] === first && given.at(-1) === last && given.length >= holder.length) return 'same'
  if (given.at(-1) === last && given[0]?.[0] === first[0]) return 'close'
  return levenshtein(given.join(' '), holder.join(' ')) <= MAX_CLOSE_DISTANCE ? 'close' : 'other'
}

/** Compares given names, separated by `;`, with the holder's name; the closest one counts. */
export function compareNames(given: string, holder: string): Comparison {
  const found = given.split(';').map((one) => compareOne(wordsOf(one), words(holder)))
  return found.includes('same') ? 'same' : found.includes('close') ? 'close' : 'other'
}
