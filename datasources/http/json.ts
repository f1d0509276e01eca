/** Levels of a body at most. What is written from deeper values overflows the stack, and takes the whole answer along. */
const MAX_DEPTH = 500

/** The index after the text that begins at this quotation mark. */
function endOfText(json: string, begin: number): number {
  let end = json.indexOf('"', begin + 1)
  while (end !== -1) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return end + 1
    end = json.indexOf('"', end + 1)
  }
  return json.length
}

/** True for JSON with more levels of lists and objects than are read. A short text cannot have them. */
function isTooDeep(json: string): boolean {
  if (json.length <= 2 * MAX_DEPTH) return false
  let depth = 0
  for (let i = 0; i < json.length; i += 1) {
    const char = json[i]
    if (char === '"') i = endOfText(json, i) - 1
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
    if (depth > MAX_DEPTH) return true
  }
  return false
}

/** The value of a JSON text; undefined for a text that is none, or is nested too deeply. */
export function parseJson(text: string): unknown {
  try {
    return isTooDeep(text) ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}
