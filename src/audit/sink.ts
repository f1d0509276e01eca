/**
 * Sink: the destination of the trail's lines. `write` returns how many lines, counted from the first, are certainly
 * written; it rejects when it knows of none.
 */
export interface Sink {
  readonly write: (lines: readonly string[]) => Promise<number>
  readonly close: () => Promise<void>
}
