/** One statement that a scenario checks: what was seen, held against the bound that it must keep. */
export interface Check {
  readonly what: string
  readonly bound: string
  readonly seen: string
  readonly holds: boolean
}

/** A line of a plot. */
export interface Line {
  readonly name: string
  readonly points: readonly (readonly [seconds: number, value: number])[]
}

/** One panel of a plot: values over time. */
export interface Panel {
  readonly title: string
  readonly unit: string
  readonly lines: readonly Line[]
  /** Moments that are marked, such as a restart. */
  readonly marks?: readonly (readonly [seconds: number, label: string])[]
}

/** What a scenario found. */
export interface Outcome {
  readonly checks: readonly Check[]
  /** Rows that a person reads, such as what each kind of trouble made the server say; the first row is the head. */
  readonly table?: readonly (readonly string[])[]
  readonly panels?: readonly Panel[]
}

/** What a scenario is given. */
export interface ChaosContext {
  /** True in the short form, which CI runs: a few seconds for each scenario. */
  readonly isShort: boolean
  /** A folder of the scenario's own, removed at the end. */
  readonly folder: string
  /** The compiled server: the file that `node` runs. */
  readonly program: string
  readonly progress: (line: string) => void
}

/** One kind of trouble from outside, and what the server must do in it. */
export interface Scenario {
  /** The name on the command line and of the plot's file. */
  readonly name: string
  readonly title: string
  readonly run: (context: ChaosContext) => Promise<Outcome>
}

/** A check of a number against its greatest value. */
export const atMost = (what: string, seen: number, bound: number, unit = ''): Check => ({
  what,
  bound: `≤ ${round(bound)}${unit}`,
  seen: `${round(seen)}${unit}`,
  holds: seen <= bound,
})

/** A check of a number against its least value. */
export const atLeast = (what: string, seen: number, bound: number, unit = ''): Check => ({
  what,
  bound: `≥ ${round(bound)}${unit}`,
  seen: `${round(seen)}${unit}`,
  holds: seen >= bound,
})

const round = (value: number): string => String(Number(value.toFixed(3)))
