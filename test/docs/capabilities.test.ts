import { existsSync, readFileSync } from 'node:fs'
import { buildSchema, isInterfaceType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const schema = buildSchema(read('schema/api.graphql'))

const spans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!)

/** The rows of all tables, without their heads. */
const rows = read('docs/capabilities.md')
  .split('\n')
  .filter((line) => /^\| (?!capability \|)/.test(line))
  .map((line) => {
    const [capability, operation, field, shown] = line.slice(2, -2).split(' | ') as [string, string, string, string]
    const [file, ...titles] = spans(shown)
    return { capability, operation, fields: spans(field), file: file!, titles }
  })

const hasField = (coordinate: string): boolean => {
  const [typeName, fieldName] = coordinate.split('.') as [string, string]
  const type = schema.getType(typeName)
  return (isObjectType(type) || isInterfaceType(type)) && Object.hasOwn(type.getFields(), fieldName)
}

/** The titles of a test file: the texts that its tests and tables of tests are named by. */
const titlesOf = (text: string): string[] =>
  [...text.matchAll(/(?:\b(?:test|describe)|\))\(\s*(['"`])(.+?)\1,/g)].map(([, , title]) => title!)

describe('every capability', () => {
  test('has a row of four cells', () => {
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter(({ fields, titles }) => fields.length === 0 || titles.length === 0)).toEqual([])
  })

  test.each(rows)('$capability names fields that the schema has', ({ fields }) => {
    expect(fields.filter((field) => !hasField(field))).toEqual([])
  })

  test.each(rows)('$capability names tests that exist', ({ file, titles }) => {
    expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true)
    const known = titlesOf(read(file))
    expect(titles.filter((title) => !known.includes(title))).toEqual([])
  })
})
