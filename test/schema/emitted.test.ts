import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildClassSchema } from '../../src/graphql/schema.js'
import { printSchema } from '../../src/graphql/print-sdl.js'

test('the committed schema equals the schema of the classes', () => {
  expect(readFileSync('schema/schema.graphql', 'utf8')).toBe(printSchema(buildClassSchema()))
})
