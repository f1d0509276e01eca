import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { EmulatorCall } from '../../datasources/emulator/run.js'

/** One operation of a provider's specification, cut from it. */
interface SpecifiedOperation {
  readonly method: string
  /** With `{name}` for a parameter. */
  readonly path: string
  readonly query: Readonly<Record<string, { readonly type?: string }>>
  readonly request?: object
  readonly response: { readonly status: number; readonly schema: object }
}

const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false })
addFormats.default(ajv)

const fits = (schema: object, value: unknown, what: string) => {
  const validate = ajv.compile(schema)
  const isValid = validate(value)
  expect({ what, problems: isValid ? [] : validate.errors }).toEqual({ what, problems: [] })
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
    checkRequest: ({ method, url, body }: EmulatorCall): boolean => {
      const { pathname, searchParams } = new URL(url, 'http://provider.example')
      const operation = operationOf(method, pathname)
      if (operation === undefined) return false
      for (const [name, text] of searchParams) {
        const what = `${method} ${pathname}?${name}`
        expect(Object.keys(operation.query), what).toContain(name)
        fits(operation.query[name]!, queryValue(operation.query[name]!, text), what)
      }
      if (operation.request) fits(operation.request, body, `${method} ${pathname}`)
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
