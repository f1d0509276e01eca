/** Codes of Node.js (`ECONNREFUSED`), of TLS (`SELF_SIGNED_CERT_IN_CHAIN`), and the first word of an error of Redis (`NOPERM`). */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,63}$/

/** Classes of errors without a code, by what their names end in. */
const CLASS_OF_NAME: Readonly<Record<string, string>> = { TimeoutError: 'TIMEOUT', AbortError: 'ABORTED' }

const codeOf = (text: unknown): string | undefined =>
  typeof text === 'string' && ERROR_CODE.test(text) ? text : undefined

/**
 * The class of an error for logs, metrics and `/ready`: a fixed word of the runtime or of Redis, never a part of a
 * message that may hold an address or a value. `ERROR` where the error names none.
 */
export function errorClass(error: unknown): string {
  if (!(error instanceof Error)) return 'ERROR'
  const { code, cause } = error as Error & { code?: unknown }
  const named = codeOf(code) ?? codeOf(error.message.split(' ', 1)[0]) ?? CLASS_OF_NAME[error.name]
  return named ?? (cause === undefined || cause === error ? 'ERROR' : errorClass(cause))
}
