import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What a metric says: the one source of `/metrics` and of `docs/metrics.md`. */
interface MetricDefinition {
  readonly name: string
  /** Its meaning, a sentence. */
  readonly help: string
  /** What its values count. */
  readonly unit: string
  /** What the values of each label are; every set is closed or limited. */
  readonly labels?: Readonly<Record<string, string>>
}

type MetricType = 'counter' | 'gauge' | 'histogram'

/** A metric of the registry with its type. */
export interface DocumentedMetric extends MetricDefinition {
  readonly type: MetricType
}

/** Makes the metrics of a registry, and keeps what they say for the reference. */
export class Instruments {
  readonly #registry: Registry
  readonly #documented: DocumentedMetric[] = []

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** The metrics, in the order in which they were made. */
  get documented(): readonly DocumentedMetric[] {
    return this.#documented
  }

  counter(definition: MetricDefinition): Counter {
    return new Counter(this.#options('counter', definition))
  }

  gauge(definition: MetricDefinition): Gauge {
    return new Gauge(this.#options('gauge', definition))
  }

  /** A gauge without labels that is read at each scrape; 0 while `read` has no value. */
  readGauge(definition: MetricDefinition, read: () => number | undefined): void {
    new Gauge({
      ...this.#options('gauge', definition),
      collect() {
        this.set(read() ?? 0)
      },
    })
  }

  histogram(definition: MetricDefinition, buckets: readonly number[]): Histogram {
    return new Histogram({ ...this.#options('histogram', definition), buckets: [...buckets] })
  }

  #options(type: MetricType, definition: MetricDefinition) {
    this.#documented.push({ ...definition, type })
    const { name, help, labels = {} } = definition
    return { name, help, labelNames: Object.keys(labels), registers: [this.#registry] }
  }
}
