import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeServices as composeWithApollo } from '@apollo/composition'
import { generate } from '@graphql-codegen/cli'
import { composeServices as composeWithGuild } from '@theguild/federation-composition'
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition'
import { type DocumentNode, Kind, parse, valueFromASTUntyped } from 'graphql'
import { afterAll, describe, expect, test } from 'vitest'
import { BANK_SUBGRAPH } from './support/bank-subgraph.js'
import { guideCode } from './support/guides.js'
import { API_FILE, OPERATIONS_FOLDER, promised, SUBGRAPH_FILE } from './support/operations.js'
import { compileForRelay } from './support/relay.js'
import { run } from './support/run.js'
import { HERE, scratchFolder, removeScratch } from './support/scratch.js'

const bin = (name: string): string => join(HERE, 'node_modules/.bin', name)
const succeeds = { code: 0, output: expect.any(String) as string }

/** What each custom scalar is in TypeScript. */
const SCALARS = { ID: 'string', Date: 'string', DateTime: 'string', JSONObject: 'Record<string, unknown>' }

const COMPILER_OPTIONS = {
  target: 'ES2023',
  module: 'ESNext',
  moduleResolution: 'Bundler',
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
}

const tsconfig = (more: object = {}): string => JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, ...more } })

/** genqlient is left out where there is no Go, or where Go cannot get its modules. */
async function goProgram(): Promise<string | undefined> {
  const { code } = await run('go', ['mod', 'download'], join(HERE, 'go'))
  if (code === 0) return 'go'
  console.log('genqlient is left out: there is no Go here, or Go cannot download its modules.')
  return undefined
}

const go = await goProgram()

afterAll(removeScratch)

describe('the schema for clients, with every promised operation', () => {
  test('compiles with relay-compiler', async () => {
    const artifacts = await compileForRelay(promised)
    expect([...artifacts.keys()]).toEqual(promised.map(({ name }) => name))
  })

  test('generates typed documents with the client preset of graphql-codegen, which TypeScript accepts', async () => {
    const folder = scratchFolder()
    await generate({
      silent: true,
      errorsOnly: true,
      schema: API_FILE,
      documents: join(OPERATIONS_FOLDER, '*.graphql'),
      generates: {
        [`${folder}/gql/`]: {
          preset: 'client',
          config: { useTypeImports: true, enumsAsTypes: true, strictScalars: true, scalars: SCALARS },
        },
      },
    })
    writeFileSync(join(folder, 'tsconfig.json'), tsconfig())
    writeFileSync(
      join(folder, 'use.ts'),
      `import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core'
       import { PayeeCheckDocument } from './gql/graphql'
       export const variables: VariablesOf<typeof PayeeCheckDocument> = { id: 'a' }
       export const state = (data: ResultOf<typeof PayeeCheckDocument>): 'PENDING' | 'COMPLETED' | undefined =>
         data.verificationResult?.state
       // @ts-expect-error The answer has no such member.
       export const absent = (data: ResultOf<typeof PayeeCheckDocument>) => data.verificationResult?.absent
      `,
    )
    expect(await run(bin('tsc'), ['-p', folder], folder)).toEqual(succeeds)
  })

  test('infers typed documents with gql.tada, which finds no problem in them', async () => {
    const folder = scratchFolder()
    copyFileSync(API_FILE, join(folder, 'api.graphql'))
    const plugin = { name: 'gql.tada/ts-plugin', schema: './api.graphql', tadaOutputLocation: './api-env.d.ts' }
    writeFileSync(join(folder, 'tsconfig.json'), tsconfig({ plugins: [plugin] }))
    writeFileSync(
      join(folder, 'graphql.ts'),
      `import { initGraphQLTada } from 'gql.tada'
       import type { introspection } from './api-env'
       export const graphql = initGraphQLTada<{ introspection: introspection; scalars: ${JSON.stringify(SCALARS).replaceAll('"', '')} }>()
      `,
    )
    writeFileSync(
      join(folder, 'use.ts'),
      `import type { ResultOf, VariablesOf } from 'gql.tada'
       import { graphql } from './graphql'
       ${promised.map(({ name, text }) => `export const ${name} = graphql(\`${text}\`)`).join('\n')}
       export const variables: VariablesOf<typeof PayeeCheck> = { id: 'a' }
       export const state = (data: ResultOf<typeof PayeeCheck>): 'PENDING' | 'COMPLETED' | undefined =>
         data.verificationResult?.state
       // @ts-expect-error The answer has no such member.
       export const absent = (data: ResultOf<typeof PayeeCheck>) => data.verificationResult?.absent
      `,
    )
    expect(await run(bin('gql.tada'), ['generate-output'], folder)).toEqual(succeeds)
    const checks = [run(bin('gql.tada'), ['check', '--fail-on-warn'], folder), run(bin('tsc'), ['-p', folder], folder)]
    expect(await Promise.all(checks)).toEqual([succeeds, succeeds])
  })

  test.skipIf(go === undefined)(
    'generates a Go client with genqlient, which Go compiles with the code of its guide',
    async () => {
      const folder = scratchFolder()
      for (const name of ['go.mod', 'go.sum']) copyFileSync(join(HERE, 'go', name), join(folder, name))
      mkdirSync(join(folder, 'client'))
      writeFileSync(join(folder, 'client', 'genqlient.yaml'), genqlientConfig())
      for (const [i, { code }] of guideCode('go', ['go']).entries())
        writeFileSync(join(folder, 'client', `guide${i}.go`), code.replace('package kyc', 'package client'))
      expect(await run(go!, ['tool', 'genqlient', 'client/genqlient.yaml'], folder)).toEqual(succeeds)
      expect(await run(go!, ['build', './client'], folder)).toEqual(succeeds)
    },
  )
})

test.each(['apollo-client', 'urql', 'relay'])('TypeScript accepts the code of the guide %s', async (guide) => {
  const folder = scratchFolder()
  for (const { file, code } of guideCode(guide, ['ts', 'tsx'])) writeFileSync(join(folder, file!), code)
  writeFileSync(join(folder, 'tsconfig.json'), tsconfig({ jsx: 'react-jsx', lib: ['ES2023', 'DOM'] }))
  expect(await run(bin('tsc'), ['-p', folder], folder)).toEqual(succeeds)
})

const genqlientConfig = (): string => `
schema: ${API_FILE}
operations: [${OPERATIONS_FOLDER}/*.graphql]
generated: generated.go
package: client
bindings:
  Date: { type: string }
  DateTime: { type: time.Time }
  JSONObject: { type: "map[string]interface{}" }
`

describe.each([
  ['alone', []],
  ["beside a bank's subgraph with types of the same subjects", [{ name: 'bank', text: BANK_SUBGRAPH }]],
])('the schema for routers, %s,', (_title, others) => {
  const subgraphs = [{ name: 'kyc', text: readFileSync(SUBGRAPH_FILE, 'utf8') }, ...others].map(({ name, text }) => ({
    name,
    url: `http://${name}.test/graphql`,
    typeDefs: parse(text),
  }))

  test('composes with @apollo/composition without an error or a hint', () => {
    const { errors, hints = [] } = composeWithApollo(subgraphs)
    expect({ errors, hints: hints.map(String) }).toEqual({ errors: undefined, hints: [] })
  })

  test('composes with @theguild/federation-composition without an error', () => {
    const { errors } = composeWithGuild(subgraphs)
    expect(errors).toBeUndefined()
  })

  test("composes with Cosmo's composition without an error or a warning", () => {
    const result = federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs })),
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    })
    expect({
      errors: result.success ? [] : result.errors.map(String),
      warnings: result.warnings.map(({ message }) => message),
    }).toEqual({ errors: [], warnings: [] })
    // The router enforces what composition says of each field.
    const told = result.success ? result.fieldConfigurations : []
    const scopes = told.map(({ typeName, fieldName, requiredScopes }) => [`${typeName}.${fieldName}`, requiredScopes])
    expect(Object.fromEntries(scopes)).toMatchObject(scopesOf(subgraphs[0]!.typeDefs))
  })
})

/** The scopes that the directives of a schema require, by type and field. */
function scopesOf({ definitions }: DocumentNode): Readonly<Record<string, unknown>> {
  const fields = definitions.flatMap((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.OBJECT_TYPE_EXTENSION
      ? (type.fields ?? []).map((field) => ({ path: `${type.name.value}.${field.name.value}`, field }))
      : [],
  )
  const scoped = fields.flatMap(({ path, field }) =>
    (field.directives ?? [])
      .filter(({ name }) => name.value === 'requiresScopes')
      .map((directive) => [path, valueFromASTUntyped(directive.arguments![0]!.value)] as const),
  )
  return Object.fromEntries(scoped)
}
