import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Node } from './document.js'
import { type Direction, SchemaConverter } from './json-schema.js'

type Check = (value: unknown) => readonly ErrorObject[]

const uriOf = (direction: Direction, pointer: string): string =>
  `${direction}#${pointer.split('/').map(encodeURIComponent).join('/')}`

/** Compiles the schemas of a document at the first use of each. */
export class Validator {
  readonly #checks = new Map<string, Check>()
  readonly #bodies: Ajv2020
  /** Parameters are texts, which are read as the type that the schema names. */
  readonly #texts: Ajv2020

  constructor(document: Node) {
    const open = (coerceTypes: boolean) => {
      const ajv = new Ajv2020({
        strict: false,
        allErrors: true,
        verbose: true,
        validateSchema: false,
        logger: false,
        coerceTypes,
      })
      addFormats.default(ajv)
      for (const direction of ['request', 'answer'] as const)
        ajv.addSchema(new SchemaConverter(document, direction).convert(), direction)
      return ajv
    }
    this.#bodies = open(false)
    this.#texts = open(true)
  }

  /** The errors of a body. */
  body(direction: Direction, pointer: string, value: unknown): readonly ErrorObject[] {
    return this.#check(this.#bodies, uriOf(direction, pointer))(value)
  }

  /** The errors of a parameter or header, which is a text or a list of texts. */
  text(direction: Direction, pointer: string, value: string | readonly string[]): readonly ErrorObject[] {
    // Wrapped, because a value can only be converted where it is a member.
    return this.#check(this.#texts, uriOf(direction, pointer), true)({ value })
  }

  #check(ajv: Ajv2020, uri: string, isWrapped = false): Check {
    const key = `${isWrapped} ${uri}`
    const known = this.#checks.get(key)
    if (known) return known
    const schema = { $ref: uri }
    const validate = ajv.compile(isWrapped ? { properties: { value: schema } } : schema)
    const check: Check = (value) => (validate(value) ? [] : [...(validate.errors ?? [])])
    this.#checks.set(key, check)
    return check
  }
}
