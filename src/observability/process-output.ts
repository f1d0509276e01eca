import type { Log } from './log.js'
import { errorClass } from './error-class.js'

const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const
const MAX_LENGTH = 200
/** A word of a sentence; all else may be an address, a name or a value. */
const WORD = /^[([]?[A-Za-z]+(['-][a-z]+)*[)\].,;:]*$/
const QUOTED = /"[^"]*"|`[^`]*`/g

/** The plain words of the first line of a text, with … for anything that may be a value. */
function wordsOf(text: string): string {
  const line = text.slice(0, MAX_LENGTH).split('\n', 1)[0]!.replace(QUOTED, '…')
  return line.replace(/\S+/g, (word) => (WORD.test(word) ? word : '…')).replace(/…( …)+/g, '…')
}

/** The frames of the stack outside this module, without what they were called with. */
function originOf(): string[] {
  const frames = new Error().stack?.split('\n').slice(3) ?? []
  return frames.slice(0, 4).map((line) => line.trim())
}

/**
 * Puts what packages and Node.js print into the log, one line of JSON each, so that a log reader finds one form: calls of
 * `console`, such as those of the Redis driver, and process warnings. Of a text only its plain words are kept, and of an
 * error its class: the rest may hold an address or a value.
 */
export function logProcessOutput(log: Log): void {
  for (const method of METHODS)
    console[method] = (first?: unknown, ...rest: unknown[]): void => {
      const words = typeof first === 'string' ? wordsOf(first) : undefined
      const causes = [first, ...rest].filter((value) => value instanceof Error).map(errorClass)
      log.warn(
        { console: method, ...(words ? { words } : {}), ...(causes[0] ? { cause: causes[0] } : {}), at: originOf() },
        'a package printed',
      )
    }
  // Node's own listener prints.
  process.removeAllListeners('warning')
  process.on('warning', (warning: Error & { code?: string }) => {
    const { name, code, stack = '' } = warning
    const at = stack
      .split('\n')
      .filter((line) => /^\s+at (?!.*node:)/.test(line))
      .slice(0, 4)
    log.warn(
      { warning: name, ...(code === undefined ? {} : { code }), at: at.map((line) => line.trim()) },
      'process warning',
    )
  })
}
