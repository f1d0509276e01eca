/** Codes of Node.js (`ECONNREFUSED`), of TLS (`SELF_SIGNED_CERT_IN_CHAIN`), and the first word of an error of Redis (`NOPERM`). */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,63}$/

/** Classes of errors without a code, by what their names end in. */
const CLASS_OF_NAME: Readonly<Record<string, string>> = { TimeoutError: 'TIMEOUT', AbortError: 'ABORTED' }

const codeOf = (text: unknown): string | undefined =>
  typeof text === 'string' && ERROR_CODE.test(text) ? text : undefined

const MAX_CAUSES = 8

/**
 * The class of an error for logs, metrics and `/ready`: a fixed word of the runtime or of Redis, never a part of a
 * message that may hold an address or a value. The first cause decides where it has a class, then what it led to.
 * `ERROR` where none has.
 */
export function errorClass(error: unknown): string {
  let found: string | undefined
  let at = error
  for (let depth = 0; at instanceof Error && depth < MAX_CAUSES; depth += 1) {
    const { code, cause } = at as Error & { code?: unknown }
    found = codeOf(code) ?? codeOf(at.message.split(' ', 1)[0]) ?? CLASS_OF_NAME[at.name] ?? found
    at = cause
  }
  return found ?? 'ERROR'
}
