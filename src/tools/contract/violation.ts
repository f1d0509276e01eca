import type { ErrorObject } from 'ajv'

/** One way in which a request or an answer breaks the specification. It holds names and types, never a value. */
export interface Violation {
  readonly side: 'request' | 'answer'
  /** Method and path template. */
  readonly operation: string
  /** The member that is meant, such as `200 persons[].status` or `query limit`. */
  readonly path: string
  readonly kind: string
  readonly detail: string
}

const KINDS: Readonly<Record<string, string>> = {
  required: 'missing member',
  enum: 'unknown word',
  const: 'unknown word',
  type: 'type',
  format: 'format',
  pattern: 'pattern',
  minLength: 'length',
  maxLength: 'length',
  minItems: 'length',
  maxItems: 'length',
  uniqueItems: 'repeated item',
  minimum: 'range',
  maximum: 'range',
  exclusiveMinimum: 'range',
  exclusiveMaximum: 'range',
  multipleOf: 'range',
  unevaluatedProperties: 'undocumented member',
  additionalProperties: 'undocumented member',
  anyOf: 'no alternative',
  oneOf: 'no alternative',
}

/** The JSON type of a value. */
export const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value

/** A member's name; one that may be a value, such as a key of a map, is not shown. */
const shown = (name: string): string => (/^[A-Za-z_$][\w$-]{0,63}$/.test(name) ? name : '{}')

/** `/persons/0/status` as `persons[].status`. */
const memberPath = (pointer: string, ...more: readonly string[]): string =>
  [...pointer.split('/').slice(1), ...more]
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, name) => (/^\d+$/.test(name) ? `${path}[]` : path === '' ? shown(name) : `${path}.${shown(name)}`),
      '',
    )

/** Errors that follow from another one are left out. */
function causes(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const isBeneath = (error: ErrorObject, { instancePath }: ErrorObject) =>
    error.instancePath === instancePath || error.instancePath.startsWith(`${instancePath}/`)
  const isUnevaluated = ({ keyword }: ErrorObject) => keyword === 'unevaluatedProperties'
  const alternatives = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const outermost = alternatives.filter(
    (one) => !alternatives.some((other) => other.instancePath !== one.instancePath && isBeneath(one, other)),
  )
  const left = errors.filter((error) => outermost.includes(error) || !outermost.some((one) => isBeneath(error, one)))
  // The members of a part that does not fit count as not evaluated.
  return left.filter(
    (error) => !isUnevaluated(error) || !left.some((other) => !isUnevaluated(other) && isBeneath(other, error)),
  )
}

function memberOf({ keyword, params }: ErrorObject): readonly string[] {
  const { missingProperty, unevaluatedProperty, additionalProperty } = params as Record<string, string | undefined>
  const name = { required: missingProperty, unevaluatedProperties: unevaluatedProperty, additionalProperties: additionalProperty }[keyword] // prettier-ignore
  return name === undefined ? [] : [name]
}

function detailOf({ keyword, params, data }: ErrorObject): string {
  const found = typeOf(data)
  const { type, format, allowedValues, limit } = params as {
    type?: string | readonly string[]
    format?: string
    allowedValues?: readonly unknown[]
    limit?: number
  }
  switch (keyword) {
    case 'required':
      return 'absent'
    case 'unevaluatedProperties':
    case 'additionalProperties': {
      const name = memberOf({ keyword, params } as ErrorObject)[0]!
      return `found ${typeOf((data as Record<string, unknown>)[name])}`
    }
    case 'type':
      return `expected ${[type].flat().join(' or ')}, found ${found}`
    case 'enum':
      return `expected one of ${allowedValues?.length ?? 0} words, found another ${found}`
    case 'format':
      return `expected the format ${format ?? ''}, found another ${found}`
    default:
      return limit === undefined ? `found ${found}` : `${keyword} ${limit}, found ${found}`
  }
}

/** The violations that errors of a schema stand for; `at` is where the value is, such as `200` or `query limit`. */
export const violationsOf = (
  errors: readonly ErrorObject[],
  { side, operation, at }: Pick<Violation, 'side' | 'operation'> & { readonly at: string },
  root = '',
): readonly Violation[] =>
  causes(errors).map((error) => ({
    side,
    operation,
    path: [at, memberPath(error.instancePath.slice(root.length), ...memberOf(error))].filter(Boolean).join(' '),
    kind: KINDS[error.keyword] ?? error.keyword,
    detail: detailOf(error),
  }))
