import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildClassSchema, printSchema } from '../src/schema.js'

test('the committed schema is what the classes say', () => {
  expect(readFileSync('schema/schema.graphql', 'utf8')).toBe(printSchema(buildClassSchema()))
})
