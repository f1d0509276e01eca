import { isNode, type Node } from './document.js'

/** A schema for what a client sends, or for what a server sends: read-only and write-only members differ. */
export type Direction = 'request' | 'answer'

/** Keywords whose value is one schema of another value. */
const VALUES = ['items', 'additionalProperties', 'contains']
/** Keywords whose value is a map of schemas of other values. */
const VALUE_MAPS = ['properties', 'patternProperties']
/** Keywords whose value holds schemas of the same value. */
const PARTS = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'prefixItems']

/** Converts the schemas of an OpenAPI document to JSON Schema 2020-12 for one direction. */
export class SchemaConverter {
  readonly #isOld: boolean

  constructor(
    private readonly document: Node,
    private readonly direction: Direction,
  ) {
    this.#isOld = String(document['openapi']).startsWith('3.0')
  }

  /** The document with every schema converted; pointers stay as they are. */
  convert(): Node {
    return this.#walk(this.document) as Node
  }

  /** Schemas are beneath `schema` and `components.schemas`; an example that has such a member is never used. */
  #walk(value: unknown, name?: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#walk(item))
    if (!isNode(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([member, child]) => {
        if (member === 'schema') return [member, this.#value(child)]
        if (name === 'components' && member === 'schemas' && isNode(child))
          return [member, Object.fromEntries(Object.entries(child).map(([key, schema]) => [key, this.#part(schema)]))]
        return [member, this.#walk(child, member)]
      }),
    )
  }

  /** The schema of a whole value: here members that are not documented are refused. */
  #value(schema: unknown): unknown {
    const part = this.#part(schema)
    return isNode(part) && this.#hasMembers(schema, new Set()) ? { ...part, unevaluatedProperties: false } : part
  }

  /** A schema of which a value may have to fit others too. */
  #part(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.#part(item))
    if (!isNode(schema)) return schema
    // Beside a reference, version 3.0 ignores everything.
    if (this.#isOld && schema['$ref'] !== undefined) return { $ref: schema['$ref'] }
    const converted: Record<string, unknown> = { ...schema }
    for (const keyword of VALUES) if (isNode(schema[keyword])) converted[keyword] = this.#value(schema[keyword])
    for (const keyword of VALUE_MAPS) {
      const map = schema[keyword]
      if (isNode(map))
        converted[keyword] = Object.fromEntries(Object.entries(map).map(([name, one]) => [name, this.#value(one)]))
    }
    for (const keyword of PARTS) if (schema[keyword] !== undefined) converted[keyword] = this.#part(schema[keyword])
    if (Array.isArray(schema['required']))
      converted['required'] = schema['required'].filter((name) => !this.#isOtherDirection(schema, String(name)))
    return this.#isOld ? modernise(converted) : converted
  }

  /** True for a member that only the other side sends. */
  #isOtherDirection({ properties }: Node, name: string): boolean {
    const member = isNode(properties) ? this.#resolved(properties[name]) : undefined
    return member?.[this.direction === 'request' ? 'readOnly' : 'writeOnly'] === true
  }

  #resolved(schema: unknown): Node | undefined {
    if (!isNode(schema)) return undefined
    const reference = schema['$ref']
    if (typeof reference !== 'string') return schema
    const names = reference
      .replace(/^#\//, '')
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    const target = names.reduce<unknown>((found, name) => (isNode(found) ? found[name] : undefined), this.document)
    return isNode(target) ? { ...target, ...schema } : undefined
  }

  /** True when a schema names members, itself or by one of its parts. One without any is an object of free form. */
  #hasMembers(schema: unknown, seen: Set<unknown>): boolean {
    if (!isNode(schema) || seen.has(schema)) return false
    seen.add(schema)
    if (isNode(schema['properties'])) return true
    const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => schema[keyword] ?? [])
    if (parts.some((part) => this.#hasMembers(part, seen))) return true
    if (typeof schema['$ref'] !== 'string') return false
    const { $ref: _reference, ...target } = this.#resolved(schema) ?? {}
    return this.#hasMembers(target, seen.size > 100 ? new Set([target]) : seen)
  }
}

/** Converts what version 3.0 says in words of its own. */
function modernise({ nullable, ...schema }: Record<string, unknown>): Record<string, unknown> {
  for (const [bound, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (schema[bound] === true) schema[bound] = schema[limit]
    else if (schema[bound] === false) delete schema[bound]
  }
  if (nullable !== true) return schema
  if (schema['type'] === undefined) return { anyOf: [schema, { type: 'null' }] }
  return {
    ...schema,
    type: [schema['type'], 'null'].flat(),
    ...(Array.isArray(schema['enum']) ? { enum: [...(schema['enum'] as unknown[]), null] } : {}),
  }
}
