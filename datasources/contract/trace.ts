/** The position of a span in a trace (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** 1: the trace is sampled. */
  readonly traceFlags: number
  /** The `tracestate` of the caller. */
  readonly state?: string | undefined
}

/** What a span of each kind states when it begins: names, numbers and routes, and no value or id that came from outside. */
export interface SpanFacts {
  /** A query or command of a provider that a resolver calls, such as `synctera.personById`. */
  readonly question: { readonly name: string }
  /** The keys of one tick that a loader asks for together. */
  readonly batch: { readonly keys: number }
  /** A call to a provider with all its attempts; `isShared`: it joined a call that another operation had sent. */
  readonly call: {
    readonly provider: string
    readonly method: string
    readonly route: string
    readonly isShared?: boolean
  }
  /** One HTTP request to a provider; `resends` counts the requests of the call before it. */
  readonly attempt: {
    readonly method: string
    readonly route: string
    readonly host: string
    readonly port: number
    readonly resends: number
  }
  /** A wait that is no call. */
  readonly wait: { readonly reason: 'token' | 'bulkhead' | 'shared permit' | 'retry' | 'rate limit' | 'consent' }
  /** A step in the store. */
  readonly store: { readonly action: 'get' | 'set' | 'update' | 'claim' | 'settle' }
  /** A command of Redis; `script` names the script that it runs. */
  readonly command: { readonly command: string; readonly script?: string }
}

export type SpanKind = keyof SpanFacts

/** How a span ended. */
export interface SpanOutcome {
  /** The code of the error; undefined where it succeeded. */
  readonly code?: string | undefined
  /** The HTTP status of the provider. */
  readonly status?: number | undefined
  /** Whether the store had the value. */
  readonly isFound?: boolean | undefined
}

/** Records what an operation waits for; the rest of its time is this server's own. A sampled operation records spans too. */
export interface OperationTrace {
  /** A wait for a provider or the store begins; waits may overlap. */
  beginWait(): void
  endWait(): void
  /** A request to a provider is sent. */
  countCall(): void
  /** The position in the trace; absent where the caller names none and nothing is traced. */
  readonly context?: TraceContext | undefined
  /** Begins a span below this one; absent where the operation is not sampled. `links` are other positions that it belongs to. */
  begin?<Kind extends SpanKind>(kind: Kind, facts: SpanFacts[Kind], links?: readonly OperationTrace[]): Span
}

/** A span of a sampled operation. */
export interface Span extends OperationTrace {
  end(outcome?: SpanOutcome): void
}
