import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, graphql, introspectionFromSchema, parse, print } from 'graphql'
import { expect, test } from 'vitest'
import { buildSubgraph } from '../../src/graphql/subgraph.js'
import { buildClassSchema } from '../../src/graphql/schema.js'
import { printSchema } from '../../src/graphql/print-sdl.js'

// The reference implementation; a development dependency, because a part of it is under the Elastic License 2.0.
const typeDefs = parse(printSchema(buildClassSchema()))
const reference = buildSubgraphSchema({ typeDefs })
const own = buildSubgraph(typeDefs, {})

async function sdlOf(schema: GraphQLSchema): Promise<string> {
  const { data } = await graphql({ schema, source: '{ _service { sdl } }' })
  return print(parse((data!['_service'] as { sdl: string }).sdl))
}

test('the introspection of the subgraph equals that of the reference implementation', () => {
  expect(introspectionFromSchema(own)).toEqual(introspectionFromSchema(reference))
})

test('the SDL of the subgraph equals that of the reference implementation', async () => {
  expect(await sdlOf(own)).toBe(await sdlOf(reference))
})
