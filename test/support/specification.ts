import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { EmulatorCall } from '../../datasources/emulator/run.js'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly readOnly?: boolean
}

/** One operation of a provider's specification, cut from it. */
interface SpecifiedOperation {
  readonly method: string
  /** With `{name}` for a parameter. */
  readonly path: string
  readonly query: Readonly<Record<string, { readonly type?: string }>>
  readonly headers: readonly string[]
  readonly request?: Schema
  readonly response: { readonly status: number; readonly schema: object }
}

const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false })
addFormats.default(ajv)

const fits = (schema: object, value: unknown, what: string) => {
  const validate = ajv.compile(schema)
  const isValid = validate(value)
  expect({ what, problems: isValid ? [] : validate.errors }).toEqual({ what, problems: [] })
}

const membersOf = ({ properties, allOf = [], oneOf = [] }: Schema): Readonly<Record<string, Schema>> =>
  Object.assign({}, properties, ...[...allOf, ...oneOf].map(membersOf)) as Record<string, Schema>

/** The members of a body that a schema does not name, or names as read-only; an object of free form may have any. */
function foreignMembers(schema: Schema, value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return schema.items ? value.flatMap((item) => foreignMembers(schema.items!, item, `${path}[]`)) : []
  if (typeof value !== 'object' || value === null) return []
  const members = membersOf(schema)
  if (Object.keys(members).length === 0) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const known = Object.hasOwn(members, name) ? members[name]! : { readOnly: true }
    return known.readOnly ? [`${path}.${name}`] : foreignMembers(known, member, `${path}.${name}`)
  })
}

const isPathOf = (template: string, path: string) =>
  new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path)

/** A value of the query as its schema has it: lists are separated by commas, numbers are digits. */
const queryValue = ({ type }: { readonly type?: string }, text: string): unknown =>
  type === 'array'
    ? text.split(',')
    : type === 'integer' || type === 'number'
      ? Number(text)
      : type === 'boolean' && /^(true|false)$/.test(text)
        ? text === 'true'
        : text

/** The operations of a file of `specification/`. */
export function specification(file: URL) {
  const { operations } = JSON.parse(readFileSync(file, 'utf8')) as { operations: readonly SpecifiedOperation[] }
  const operationOf = (method: string, path: string) =>
    operations.find((operation) => operation.method === method && isPathOf(operation.path, path))

  return {
    operations,

    /** Holds a request against its operation; false where the file has none of this method and path. */
    checkRequest: ({ method, url, body, headers }: EmulatorCall): boolean => {
      const { pathname, searchParams } = new URL(url, 'http://provider.example')
      const operation = operationOf(method, pathname)
      if (operation === undefined) return false
      const isKeyed = operation.headers.includes('Idempotency-Key')
      expect({ method, pathname, isKeyed: headers['idempotency-key'] !== undefined }).toEqual({
        method,
        pathname,
        isKeyed,
      })
      for (const [name, text] of searchParams) {
        const what = `${method} ${pathname}?${name}`
        expect(Object.keys(operation.query), what).toContain(name)
        fits(operation.query[name]!, queryValue(operation.query[name]!, text), what)
      }
      expect(operation.request === undefined, `${method} ${pathname} has a body`).toBe(body === undefined)
      if (operation.request) {
        fits(operation.request, body, `${method} ${pathname}`)
        expect(foreignMembers(operation.request, body), `${method} ${pathname}`).toEqual([])
      }
      return true
    },

    /** Holds an answer against its operation. */
    checkAnswer: (method: string, path: string, status: number, answer: unknown): void => {
      const { response } = operationOf(method, path)!
      expect(status).toBe(response.status)
      fits(response.schema, answer, `the answer to ${method} ${path}`)
    },
  }
}
