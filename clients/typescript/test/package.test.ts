import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const HERE = fileURLToPath(new URL('..', import.meta.url))
const MAX_GZIPPED_BYTES = 15 * 1024

const run = promisify(execFile)
const program = (name: string): string => join(HERE, 'node_modules/.bin', name)

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies: Readonly<Record<string, string>>
}
const manifest = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8')) as Manifest

/** The entries of the package, as a program imports them. */
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => `@kyc-graph/client${entry.slice(1)}`)

/** A folder in which the packed package is installed, with its dependencies and no others. */
let folder: string
let tarball: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kyc-graph-client-'))
  await run('npm', ['pack', '--pack-destination', folder], { cwd: HERE })
  tarball = join(folder, 'kyc-graph-client-0.1.0.tgz')
  await run('tar', ['-xzf', tarball], { cwd: folder })
  mkdirSync(join(folder, 'node_modules/@kyc-graph'), { recursive: true })
  cpSync(join(folder, 'package'), join(folder, 'node_modules/@kyc-graph/client'), { recursive: true })
  // `document-node` alone needs graphql, which its users have.
  for (const name of [...Object.keys(manifest.dependencies), 'graphql'])
    symlinkSync(join(HERE, 'node_modules', name), join(folder, 'node_modules', name))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** This Node, and another one where `OTHER_NODE` names it. */
const NODES = [process.execPath, process.env['OTHER_NODE']].filter((path) => path !== undefined)

const load = (program: string, source: string, type: 'module' | 'commonjs') =>
  run(program, [`--input-type=${type}`, '--no-warnings', '--eval', source], { cwd: folder })

describe('the packed package', () => {
  test('has types that are right in every module system (attw)', async () => {
    await run(program('attw'), [tarball, '--profile', 'esm-only'])
  })

  test('has nothing for publint to say', async () => {
    await run(program('publint'), [tarball, '--strict'])
  })

  test('has a README whose first program compiles', async () => {
    const [, code] = /^```ts\n([^]*?)^```$/m.exec(readFileSync(join(folder, 'package/README.md'), 'utf8'))!
    writeFileSync(join(folder, 'first.mts'), code!)
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--lib', 'es2023,dom']
    await run(program('tsc'), [...options, 'first.mts'], { cwd: folder })
  })

  test.each(NODES)('is imported and required by %s', async (program) => {
    await load(program, entries.map((entry) => `await import('${entry}')`).join('\n'), 'module')
    await load(program, entries.map((entry) => `require('${entry}')`).join('\n'), 'commonjs')
  })
})

/** The size of a browser bundle that imports these names, in gzipped bytes. */
async function bundled(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  })
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length
}

describe('the bundle of a browser', () => {
  test('has at most 15 KB gzipped, without documents', async () => {
    const size = await bundled(`export * from '@kyc-graph/client'`)
    console.info(`Browser bundle of all of @kyc-graph/client: ${size} bytes gzipped.`)
    expect(size).toBeLessThanOrEqual(MAX_GZIPPED_BYTES)
  })

  test('holds the documents that are imported and no others', async () => {
    const one = await bundled(`export { PayeeCheckDocument } from '@kyc-graph/client/operations'`)
    expect(one).toBeLessThan(1_024)
  })
})
