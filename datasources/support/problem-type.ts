/** A version in the path of a problem type, such as `v1.0.0`, `1.2` and `v1.2.3-beta`. */
const VERSION = /^v?\d+(\.\d+)*([-+.][\w.+-]*)?$/i
const COLLECTION = /^(errors?|problems?)$/i
const NAME = /^[A-Za-z][\w-]{0,63}$/

/** The segments of a problem type's path, without versions. */
function segmentsOf(type: string | undefined): string[] {
  const path = (type ?? '').replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '').split(/[?#]/, 1)[0]!
  return path.split('/').filter((segment) => segment !== '' && !VERSION.test(segment))
}

/** The last segment of a problem type, where it is a name: not what it stands under, nor its version. */
export function lastName(type: string | undefined): string | undefined {
  const name = segmentsOf(type).at(-1)
  return name !== undefined && NAME.test(name) ? name : undefined
}

/**
 * The name in a problem type (RFC 9457), such as `notFound` in `https://host/errors/notFound/v1.0.0`: the segment after
 * `errors` or `problems`, or the only one of a relative type. Host, prefix and version vary, the name is stable.
 */
export function problemName(type: string | undefined): string | undefined {
  const segments = segmentsOf(type)
  const collection = segments.findLastIndex((segment) => COLLECTION.test(segment))
  const name = collection >= 0 ? segments[collection + 1] : segments.length === 1 ? segments[0] : undefined
  return name !== undefined && NAME.test(name) ? name : undefined
}
