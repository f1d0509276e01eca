import type { Call, ErrorResponse } from '../http/call.js'

/** An answer as the provider gave it, an error too. `body` is the parsed JSON, or undefined. */
export type RawAnswer = ErrorResponse

/**
 * What was found out about an assumption. `seen` and `needs` hold names of members, types, counts, codes and settings,
 * and no value of a person.
 */
export type Finding =
  | { readonly result: 'holds'; readonly seen: string }
  /** `needs` is the role, switch or setting that would help, or what the graph does about it. */
  | { readonly result: 'fails'; readonly seen: string; readonly needs: string }
  | { readonly result: 'unchecked'; readonly seen: string }

export const holds = (seen: string): Finding => ({ result: 'holds', seen })
export const fails = (seen: string, needs: string): Finding => ({ result: 'fails', seen, needs })
export const unchecked = (seen: string): Finding => ({ result: 'unchecked', seen })

/** `holds` or `fails`, by a condition. */
export const judge = (isTrue: boolean, seen: string, needs: string): Finding =>
  isTrue ? holds(seen) : fails(seen, needs)

/** A call of the probe: a GET unless it says otherwise, and only a GET without `--write`. */
export interface ProbeCall extends Pick<Call<unknown>, 'path' | 'query' | 'json' | 'headers' | 'credential'> {
  readonly method?: Call<unknown>['method']
}

/** What an assumption is checked with. */
export interface ProbeContext {
  /** Asks by the provider's own client. A GET that was asked before is answered from then, unless it has a credential. */
  readonly ask: (call: ProbeCall) => Promise<RawAnswer>
  /** The headers that authenticate the provider's client. */
  readonly credentialHeaders: () => Promise<Readonly<Record<string, string>>>
  /** The throw-away customer, person or account that `--subject` names. */
  readonly subject: string | undefined
}

/** Something that the code of a provider relies on, in one sentence, and how it is checked. */
export interface Assumption {
  readonly states: string
  /** True when the check writes; it runs with `--write` only. */
  readonly writes?: boolean
  readonly check: (context: ProbeContext) => Promise<Finding>
}

/** The assumptions of a provider's folder, for `npm run probe`. */
export interface Probe<Settings> {
  readonly assumptions: (settings: Settings) => readonly Assumption[]
}

type Members = Readonly<Record<string, unknown>>

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}

/** The objects of a list. */
export const rowsOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.map(membersOf) : [])

/** The type of a value, in words. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `list of ${value.length}`
  return typeof value === 'string' ? (value === '' ? 'empty text' : 'text') : typeof value
}

/** A code or type of the provider's, or its type where it does not look like one. */
export const codeName = (value: unknown): string =>
  typeof value === 'string' && /^[\w.:/+-]{1,80}$/.test(value) ? value : typeName(value)

/** The names of members that have this property in at least one row. */
export const namesWhere = (rows: readonly Members[], test: (value: unknown, name: string) => boolean): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row).filter((name) => test(row[name], name)))),
]
