/** What is told of an operation that has ended, in its line of the log and in its span. */
export interface OperationEnd {
  readonly type: string | undefined
  /** The name of a promised operation; undefined for any other, whose name is the caller's. */
  readonly name: string | undefined
  /** The hash of the document without its literal values; undefined where there is no valid document. */
  readonly hash: string | undefined
  /** The codes of the errors, each once. */
  readonly codes: readonly string[]
  readonly cost: number | undefined
  readonly providerCalls: number
  /** The time of this server, without waits, in milliseconds. */
  readonly ownMs: number
  readonly correlationId: string
  readonly traceId: string | undefined
  /** The tenant that the token names. */
  readonly tenant: string | undefined
  /** The client that the token names; undefined where it names a subject alone, which may be a person. */
  readonly client: string | undefined
}
