import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createProvider } from '../../src/tools/new-provider.js'

const COPIED = ['schema', 'src', 'resolvers', 'datasources', 'test', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'codegen.yml', '.env.example'] // prettier-ignore
/** The lists of the repository that get a line for the provider. */
const LISTS = ['datasources/index.ts', 'resolvers/index.ts', 'schema/shared.ts', 'schema/scopes.ts', 'test/support/methods.ts', 'test/soak/chaos.ts'] // prettier-ignore
const MAX_MS = 240_000

/** A copy of the repository, so that the skeleton is made and compiled beside everything else. */
const root = mkdtempSync(join(tmpdir(), 'kyc-graph-provider-'))
let created: readonly string[]

beforeAll(() => {
  for (const path of COPIED) cpSync(path, join(root, path), { recursive: true })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  created = createProvider(root, 'acme')
}, MAX_MS)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What the compiler reports for these files; `npm run types` checks all others. */
function typeErrors(files: readonly string[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const paths = files.map((file) => join(root, file))
  const program = ts.createProgram(paths, options)
  return paths.flatMap((path) => {
    const file = program.getSourceFile(path)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  })
}

test('a new provider compiles, as do the lists it is added to', { timeout: MAX_MS }, () => {
  expect(typeErrors([...created, ...LISTS])).toEqual([])
})

test('the test of a new provider passes', { timeout: MAX_MS }, () => {
  const report = execFileSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', 'test/datasources/acme', '--reporter=json'],
    {
      cwd: root,
      encoding: 'utf8',
      timeout: MAX_MS,
      env: { ...process.env, REDIS_URL: inject('redisUrl') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  expect(JSON.parse(report.slice(report.indexOf('{')))).toMatchObject({ success: true, numPassedTests: 4 })
})

test('a new provider is in the lists of the repository', () => {
  expect(readFileSync(join(root, 'datasources/index.ts'), 'utf8')).toContain('  acme,\n')
  expect(readFileSync(join(root, 'schema/scopes.ts'), 'utf8')).toContain("'acme:read'")
})

test.each(['', 'Acme', '1acme', 'a', '../obp', 'a-b'])('the name %j is refused', (name) => {
  expect(() => createProvider(root, name)).toThrow('A name has 2 to 32')
})

test('a name whose scope exists is refused', () => {
  expect(() => createProvider(root, 'kyc')).toThrow('The scope kyc:read exists already.')
})

test('nothing is written when a list has no place for the provider', () => {
  const list = join(root, 'test/soak/chaos.ts')
  const text = readFileSync(list, 'utf8')
  writeFileSync(list, '')
  expect(() => createProvider(root, 'other')).toThrow('test/soak/chaos.ts has no place for the provider')
  writeFileSync(list, text)
  expect(existsSync(join(root, 'datasources/other'))).toBe(false)
  expect(readFileSync(join(root, 'datasources/index.ts'), 'utf8')).not.toContain('other')
})

test('an existing provider is not overwritten', () => {
  expect(() => createProvider(root, 'synctera')).toThrow('datasources/synctera exists already.')
})
