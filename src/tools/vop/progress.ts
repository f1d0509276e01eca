const REPORT_MS = 10_000
const SECONDS_PER_MINUTE = 60

const duration = (seconds: number): string =>
  seconds < SECONDS_PER_MINUTE
    ? `${Math.ceil(seconds)} s`
    : `${Math.floor(seconds / SECONDS_PER_MINUTE)} min ${Math.round(seconds % SECONDS_PER_MINUTE)} s`

/** The output of progress: a terminal has one line that changes. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

/** The progress line: rows, rate, rest. */
export class Progress {
  readonly #begunAt = performance.now()
  #done = 0
  #reportedAt = -Infinity

  constructor(
    private readonly total: number,
    private readonly resumed: number,
    private readonly output: ProgressOutput,
  ) {}

  /** Counts rows whose results are written. */
  add(rows: number): void {
    this.#done += rows
    const now = performance.now()
    if (this.output.isTTY !== true && now - this.#reportedAt < REPORT_MS && this.resumed + this.#done < this.total)
      return
    this.#reportedAt = now
    this.#line(this.text())
  }

  note(text: string): void {
    this.#line(text)
  }

  text(): string {
    const rate = this.#done / Math.max(0.001, (performance.now() - this.#begunAt) / 1000)
    const rows = this.resumed + this.#done
    const rest = this.total - rows
    const left = rest === 0 ? 'done' : `${duration(rest / Math.max(rate, 0.001))} left`
    return `${rows} of ${this.total} rows, ${rate.toFixed(rate < 10 ? 1 : 0)} rows/s, ${left}`
  }

  end(): void {
    if (this.output.isTTY === true) this.output.write('\n')
  }

  #line(text: string): void {
    this.output.write(this.output.isTTY === true ? `\r\u001b[K${text}` : `${text}\n`)
  }
}
