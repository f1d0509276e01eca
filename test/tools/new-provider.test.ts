import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProvider } from '../../src/tools/new-provider.js'

const COPIED = ['schema', 'src', 'resolvers', 'datasources', 'test', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'codegen.yml', '.env.example'] // prettier-ignore
const MAX_MS = 240_000

/** A copy of the repository, so that the skeleton is made and compiled beside everything else. */
const root = mkdtempSync(join(tmpdir(), 'kyc-graph-provider-'))
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: MAX_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  })

beforeAll(() => {
  for (const path of COPIED) cpSync(path, join(root, path), { recursive: true })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  createProvider(root, 'acme')
}, MAX_MS)
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a new provider compiles, and its test passes', { timeout: MAX_MS }, () => {
  node('node_modules/typescript/bin/tsc')
  const report = node('node_modules/vitest/vitest.mjs', 'run', 'test/datasources/acme', '--reporter=json')
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
