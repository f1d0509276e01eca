import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { errorClass } from '../error-class.js'
import type { ExportObserver } from './contract.js'

type Spans = Parameters<SpanExporter['export']>[0]
type Done = Parameters<SpanExporter['export']>[1]
type Result = Parameters<Done>[0]

const SUCCESS = 0

/** The class of a failed export: the status of the collector's refusal, or the class of the error. */
function causeOf({ error }: Result): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' ? `HTTP_${code}` : errorClass(error)
}

/** Watched exporter: passes spans on, and tells once when exports begin to fail and once when they succeed again. */
export class WatchedExporter implements SpanExporter {
  #exporter: SpanExporter
  readonly #observer: ExportObserver
  #cause: string | undefined

  constructor(exporter: SpanExporter, observer: ExportObserver) {
    this.#exporter = exporter
    this.#observer = observer
  }

  export(spans: Spans, done: Done): void {
    this.#exporter.export(spans, (result) => {
      this.#note(result, spans.length)
      done(result)
    })
  }

  /** Exports by another exporter from now on; what the present one has begun is ended. */
  replace(exporter: SpanExporter): void {
    const former = this.#exporter
    this.#exporter = exporter
    void former.shutdown().catch(() => undefined)
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve()
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }

  #note(result: Result, spans: number): void {
    const cause = Number(result.code) === SUCCESS ? undefined : causeOf(result)
    if (cause !== undefined) this.#observer.lost(spans)
    if (cause === this.#cause) return
    this.#cause = cause
    this.#observer.changed(cause)
  }
}
