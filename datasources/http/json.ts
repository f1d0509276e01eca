import { isDeepStrictEqual } from 'node:util'

/** Levels of a body at most. What is written from deeper values overflows the stack, and takes the whole answer along. */
const MAX_DEPTH = 500

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const SPACE = 0x20

/** The index after the text that begins at this quotation mark. */
function endOfText(json: string, begin: number): number {
  let end = json.indexOf('"', begin + 1)
  while (end !== -1) {
    let backslashes = 0
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return end + 1
    end = json.indexOf('"', end + 1)
  }
  return json.length
}

/** The index of the next character that is no white space. */
function skipSpace(json: string, begin: number): number {
  let at = begin
  while (json.charCodeAt(at) <= SPACE) at += 1
  return at
}

/** The number of colons after a quotation mark, white space aside: that of the member names, or more where texts hold such. */
function countColons(json: string): number {
  let count = 0
  for (let at = json.indexOf(':'); at !== -1; at = json.indexOf(':', at + 1)) {
    let before = at - 1
    while (json.charCodeAt(before) <= SPACE) before -= 1
    if (json.charCodeAt(before) === QUOTE) count += 1
  }
  return count
}

/** The number of member names in a JSON text; undefined where it has more levels of lists and objects than are read. */
function countNames(json: string): number | undefined {
  let depth = 0
  let names = 0
  for (let i = 0; i < json.length; i += 1) {
    const char = json.charCodeAt(i)
    if (char === QUOTE) {
      i = endOfText(json, i) - 1
      if (json.charCodeAt(skipSpace(json, i + 1)) === COLON) names += 1
    } else if (char === OPEN_OBJECT || char === OPEN_LIST) {
      depth += 1
      if (depth > MAX_DEPTH) return undefined
    } else if (char === CLOSE_OBJECT || char === CLOSE_LIST) depth -= 1
  }
  return names
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The number of members of a list or an object and of all values within it; not a number where it has too many levels. */
function countMembers(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (isNested(item)) count += countMembers(item, depth + 1)
    return count
  }
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    count += isNested(member) ? 1 + countMembers(member, depth + 1) : 1
  }
  return count
}

/** The value of a member that an object has twice, with different values: it fits no contract, and reads as no text. */
const AMBIGUOUS = Symbol('ambiguous')

/** Reads a valid JSON text in which an object has a name twice. RFC 8259 leaves the meaning open; `JSON.parse` takes the last value. */
class RepeatedNames {
  readonly #json: string
  #at = 0

  constructor(json: string) {
    this.#json = json
  }

  read(): unknown {
    const begin = (this.#at = skipSpace(this.#json, this.#at))
    const char = this.#json.charCodeAt(begin)
    if (char === OPEN_OBJECT) return this.#object()
    if (char === OPEN_LIST) return this.#list()
    if (char === QUOTE) this.#at = endOfText(this.#json, begin)
    else while (this.#at < this.#json.length && !/[\s,\]}]/.test(this.#json[this.#at]!)) this.#at += 1
    return JSON.parse(this.#json.slice(begin, this.#at)) as unknown
  }

  #object(): Record<string, unknown> {
    const members = new Map<string, unknown>()
    while (this.#hasNext(CLOSE_OBJECT)) {
      const name = this.read() as string
      this.#at = skipSpace(this.#json, this.#at) + 1
      const value = this.read()
      members.set(name, members.has(name) && !isDeepStrictEqual(members.get(name), value) ? AMBIGUOUS : value)
    }
    return Object.fromEntries(members)
  }

  #list(): unknown[] {
    const items: unknown[] = []
    while (this.#hasNext(CLOSE_LIST)) items.push(this.read())
    return items
  }

  /** Skips the bracket that opens, or a comma; at the bracket that closes there is nothing more. */
  #hasNext(close: number): boolean {
    const at = skipSpace(this.#json, this.#at)
    const isEnd = this.#json.charCodeAt(at) === close
    this.#at = isEnd ? at + 1 : skipSpace(this.#json, at + 1)
    if (isEnd || this.#json.charCodeAt(this.#at) !== close) return !isEnd
    this.#at += 1
    return false
  }
}

/**
 * The value of a JSON text; undefined for a text that is none, or is nested too deeply. A member whose name its object
 * repeats with another value is a symbol in place of either value, so that whatever needs it is unreadable.
 */
export function parseJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown
    if (!isNested(value)) return value
    const members = countMembers(value, 1)
    // Mostly the colons settle it, for a part of the time that a scan takes: colons ≥ names ≥ members.
    if (members === countColons(text)) return value
    const names = countNames(text)
    if (names === undefined) return undefined
    return names === members ? value : new RepeatedNames(text).read()
  } catch {
    return undefined
  }
}
