import { isDeepStrictEqual } from 'node:util'
import type { GraphError } from '../support/app.js'
import type { Oracle, Window } from './oracle.js'

/** What was wrong, and where to look. */
export interface Finding {
  readonly kind:
    | 'wrong answer'
    | 'double write'
    | 'lost write'
    | 'changed outcome'
    | 'unforeseen error'
    | 'no answer'
    | 'late answer'
    | 'not recovered'
    | 'leak'
    | 'process'
  readonly what: string
}

/** What came back for a write: a payload, an error, or nothing because one side left. */
export type Outcome = { readonly payload: any } | { readonly error: GraphError } | 'unheard'

/** What the write's kind says of its effects. */
export interface WriteRules {
  readonly mutation: string
  /** False where a write replaces, or changes nothing, and may be repeated before it is answered. */
  readonly once: boolean
  /** The effect's id in the payload, where it can be seen there. */
  readonly idOf?: ((payload: any) => string) | undefined
  /** True where the answer comes before the effect: whether it was carried out is judged when its record is read. */
  readonly isLater?: boolean
  /** False for an answer that is no outcome: the same write goes on later. */
  readonly isFinal?: (payload: any) => boolean
}

/** One write as its caller sees it: an input under a key, sent once or many times. */
export interface Entry {
  readonly rules: WriteRules
  readonly client: string
  readonly key: string | undefined
  readonly mark: string
  readonly input: object
  /** Requests without an answer yet. */
  open: number
  sent: number
  /** True when an answer, or the lack of one, leaves open whether it was done. */
  unsure: boolean
  /** The first final answer and when it was there. */
  settled?:
    | {
        readonly outcome: { readonly payload: any } | { readonly code: string }
        readonly at: number
        readonly provisional: boolean
      }
    | undefined
}

/** Errors that certainly did nothing; what else a write may end in is in doubt. */
const DOUBTFUL = new Set(['OUTCOME_UNKNOWN', 'IDEMPOTENCY_IN_PROGRESS', 'INTERNAL_SERVER_ERROR'])
const REFUSALS = new Set(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT'])
/** The process's own errors: they come before a stored outcome is looked at, and say nothing of it. */
const PASSING = new Set(['STORE_UNAVAILABLE', 'AUDIT_UNAVAILABLE', 'RATE_LIMITED'])

const withoutReplayed = (payload: object): object =>
  Object.fromEntries(Object.entries(payload).filter(([name]) => name !== 'replayed'))

/** Holds every answer of a write against what the providers carried out of it, and against the answers before it. */
export class Ledger {
  readonly entries: Entry[] = []
  readonly #findings: Finding[] = []

  constructor(
    private readonly oracle: Pick<Oracle, 'effects'>,
    /** Whether the store was away in a window: an outcome may then not have been kept. */
    private readonly storeWasAway: (window: Window) => boolean,
  ) {}

  get findings(): readonly Finding[] {
    return this.#findings
  }

  begin(entry: Pick<Entry, 'rules' | 'client' | 'key' | 'mark' | 'input'>): Entry {
    const begun: Entry = { ...entry, open: 0, sent: 0, unsure: false }
    this.entries.push(begun)
    return begun
  }

  #find(kind: Finding['kind'], { rules, key, client, mark }: Entry, what: string): void {
    this.#findings.push({
      kind,
      what: `${rules.mutation} of ${client} (${mark}, ${key === undefined ? 'no key' : `key ${key}`}): ${what}`,
    })
  }

  /** Judges an answer to a request that was sent at the window's beginning. */
  answered(entry: Entry, window: Window, outcome: Outcome): void {
    const { rules, mark } = entry
    const effects = this.oracle.effects(mark)
    if (rules.once && effects.size > 1)
      this.#find('double write', entry, `${effects.size} effects: ${[...effects].join(', ')}`)
    if (outcome === 'unheard') {
      entry.unsure = true
      return
    }
    if ('payload' in outcome) this.#done(entry, window, outcome.payload)
    else this.#failed(entry, window, outcome.error)
  }

  #done(entry: Entry, window: Window, payload: any): void {
    const { rules, mark, settled, key } = entry
    const effects = this.oracle.effects(mark)
    if (rules.isFinal?.(payload) === false) {
      if (settled && 'payload' in settled.outcome && !settled.provisional && window.from > settled.at)
        this.#find('changed outcome', entry, `answered ${JSON.stringify(payload)} after it was done`)
      return
    }
    if (effects.size === 0 && rules.isLater !== true)
      this.#find('lost write', entry, 'answered as done, and nothing was carried out')
    const id = rules.idOf?.(payload)
    if (id !== undefined && !effects.has(id))
      this.#find('wrong answer', entry, `answered ${id}, carried out ${[...effects].join(', ')}`)
    if (payload.replayed === true && entry.sent === 1)
      this.#find('wrong answer', entry, 'replayed on its first request')
    if (key === undefined) return
    if (settled === undefined)
      entry.settled = {
        outcome: { payload: withoutReplayed(payload) },
        at: window.to,
        provisional: this.storeWasAway(window),
      }
    else if ('code' in settled.outcome)
      this.#find('changed outcome', entry, `done, after it was refused with ${settled.outcome.code}`)
    else if (!isSame(rules, settled.outcome.payload, payload) && (rules.once || !settled.provisional))
      this.#find(
        'changed outcome',
        entry,
        `answered ${JSON.stringify(payload)} after ${JSON.stringify(settled.outcome.payload)}`,
      )
  }

  #failed(entry: Entry, window: Window, { extensions }: GraphError): void {
    const { settled, key } = entry
    const { code } = extensions
    if (DOUBTFUL.has(code)) entry.unsure = true
    if (key === undefined) return
    const refused =
      REFUSALS.has(code) && (extensions['providerStatus'] !== undefined || extensions['replayed'] === true)
    if (settled === undefined) {
      if (refused)
        entry.settled = { outcome: { code }, at: window.to, provisional: this.storeWasAway(window) || entry.unsure }
      return
    }
    // Asked before the outcome was there, kept by no store, or not looked up at all.
    if (window.from <= settled.at || settled.provisional || PASSING.has(code)) return
    if ('payload' in settled.outcome) this.#find('changed outcome', entry, `${code} after it was done`)
    else if (settled.outcome.code !== code)
      this.#find('changed outcome', entry, `${code} after it was refused with ${settled.outcome.code}`)
  }

  /** What can be said only once nothing is under way: each write happened as often as its answers say. */
  close(): void {
    for (const entry of this.entries) {
      const { rules, mark, settled, unsure } = entry
      const { size } = this.oracle.effects(mark)
      if (rules.once && size > 1) this.#find('double write', entry, `${size} effects in the end`)
      if (entry.open > 0) this.#find('no answer', entry, `${entry.open} requests were never answered`)
      const done = settled && 'payload' in settled.outcome
      if (!done && rules.once && !unsure && entry.key !== undefined && size > 0)
        this.#find('wrong answer', entry, 'every answer said that nothing was done, and it was')
      if (done && size === 0 && rules.isLater !== true)
        this.#find('lost write', entry, 'done, and nothing is there in the end')
    }
  }
}

/** By its effect where that can be seen: an answer from the memory says so in other members. */
const isSame = ({ idOf }: WriteRules, a: object, b: object): boolean =>
  idOf ? idOf(a) === idOf(b) : isDeepStrictEqual(a, withoutReplayed(b))
