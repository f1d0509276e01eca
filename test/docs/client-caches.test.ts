import { readFileSync } from 'node:fs'
import { buildASTSchema, type GraphQLSchema, isInputObjectType, isInterfaceType, isObjectType, parse } from 'graphql'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(path, 'utf8')
const schemaOf = (path: string) => buildASTSchema(parse(read(path)), { assumeValid: true, assumeValidSDL: true })

const SCHEMA = schemaOf('schema/schema.graphql')
const PAGE = read('docs/client-caches.md')

const objects = Object.values(SCHEMA.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'))
const withId = objects.filter((type) => isObjectType(type) && type.getFields()['id'] !== undefined)
const section = (title: string): string => PAGE.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*$/gm)].map(([row]) =>
    row
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''))
      .slice(1, -1),
  )
const namesOf = (types: readonly { readonly name: string }[]): string[] => types.map(({ name }) => name).sort()

test('the page has the key of every object type with an id', () => {
  const rows = rowsOf(section('Types with a key'))
  expect(rows.map(([type]) => type)).toEqual(namesOf(withId))
  expect(new Set(rows.map(([, key]) => key))).toEqual(new Set(['id']))
  expect(rows.filter(([, , uniqueness]) => !uniqueness)).toEqual([])
})

test('the page has the reason of every object type without an id', () => {
  const rows = rowsOf(section('Types without a key'))
  expect(rows.map(([type]) => type)).toEqual(namesOf(objects.filter((type) => !withId.includes(type))))
  expect(rows.filter(([, reason]) => !reason)).toEqual([])
})

test("the page names every type without a key to urql's graphcache", () => {
  const [, list] = /typesWithoutKey = \[([^\]]*)\]/.exec(PAGE)!
  const roots = ['Mutation', 'Query', 'Subscription']
  expect([...list!.matchAll(/'(\w+)'/g)].map(([, name]) => name)).toEqual(
    namesOf(objects.filter((type) => !withId.includes(type))).filter((name) => !roots.includes(name)),
  )
})

/** Every type, and every member of an object or input, by its coordinate. */
function coordinatesOf(schema: GraphQLSchema): Set<string> {
  const named = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  return new Set(
    named.flatMap((type) => [
      type.name,
      ...(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
        : []),
    ]),
  )
}

test('docs/schema-changes.md has the new name of every name that 0.1.0 had', () => {
  const before = coordinatesOf(schemaOf('schema/released/0.1.0.graphql'))
  const now = coordinatesOf(SCHEMA)
  const renamed = new Map(
    rowsOf(read('docs/schema-changes.md').split('\n## Deprecated\n')[0]!).map(([from, to]) => [from!, to!] as const),
  )
  expect([...renamed].filter(([from, to]) => !before.has(from) || now.has(from) || !now.has(to))).toEqual([])
  const newName = (coordinate: string): string => {
    const [type, member] = coordinate.split('.') as [string, string | undefined]
    const at = renamed.get(type) ?? type
    return renamed.get(coordinate) ?? (member === undefined ? at : `${at}.${member}`)
  }
  expect([...before].filter((coordinate) => !now.has(newName(coordinate)))).toEqual([])
})
