import { distance } from 'fastest-levenshtein'
import { isForeignVariable } from './foreign-variables.js'
import type { Env } from './settings-reader.js'

/** A variable that no setting has as its name, and the setting that is probably meant. */
interface NearName {
  readonly name: string
  readonly meant: string
}

/** A name of this length and longer may have two letters wrong, a shorter one has one. */
const LONG = 6

/** Upper case without separators. */
const letters = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '')
const sorted = (name: string): string => [...name].sort().join('')

function isNear(name: string, known: string): boolean {
  const [given, ours] = [letters(name), letters(known)]
  if (given === ours) return true
  // Letters that are exchanged are two edits.
  const most = ours.length >= LONG || sorted(given) === sorted(ours) ? 2 : 1
  return distance(given, ours) <= most
}

const lastWord = (name: string): string => name.toUpperCase().split('_').at(-1)!

/** The nearest name; of equally near ones that with the same last word. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const given = letters(name)
  const ranked = known.map((candidate) => ({
    candidate,
    rank: 2 * distance(given, letters(candidate)) - Number(lastWord(candidate) === lastWord(name)),
  }))
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.candidate
}

/**
 * The variables that are probably meant as a setting and are none: near to the name of one, in lower case, or with the
 * prefix of a provider. Variables of other programs are not among them.
 */
export function nearNames(env: Env, known: ReadonlySet<string>, prefixes: readonly string[]): readonly NearName[] {
  const names = [...known]
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (known.has(name) || value.trim() === '' || isForeignVariable(name, value)) return []
    const prefix = prefixes.find((candidate) => name.toUpperCase().startsWith(candidate))
    const candidates =
      prefix === undefined
        ? names.filter((candidate) => isNear(name, candidate))
        : names.filter((candidate) => candidate.startsWith(prefix))
    const meant = nearest(name, candidates)
    return meant === undefined ? [] : [{ name, meant }]
  })
}

/** What is told of such a variable. */
export const toldOf = ({ name, meant }: NearName): string => `${name} is not a setting: ${meant} is probably meant`
