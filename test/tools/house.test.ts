import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RequestCoverage } from '../../src/tools/house/coverage.js'
import { importCycles, looseFiles, longFunctions } from '../../src/tools/house/source.js'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kyc-graph-house-test-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

const functionOf = (name: string, lines: number): string => `function ${name}() {\n${'  1\n'.repeat(lines - 2)}}\n`

describe('the source', () => {
  it('is loose where the layout names no such file directly in src/ or datasources/', () => {
    write({
      'src/main.ts': '',
      'src/extra.ts': '',
      'src/http/app.ts': '',
      'datasources/index.ts': '',
      'datasources/a.ts': '',
    })
    expect(looseFiles(root)).toEqual(['src/extra.ts', 'datasources/a.ts'])
  })

  it('has a long function from 61 lines on, nested ones included, outside emulator/', () => {
    write({
      'src/a.ts': functionOf('short', 60) + functionOf('long', 61),
      'src/b.ts': `const outer = () => {\n  const inner = function () {\n${'  1\n'.repeat(60)}  }\n  inner()\n}\n`,
      'datasources/obp/emulator/c.ts': functionOf('emulated', 100),
      'bench/node_modules/d.ts': functionOf('installed', 100),
    })
    expect(longFunctions(root)).toEqual([
      { file: 'src/b.ts', line: 1, name: 'outer', lines: 65 },
      { file: 'src/b.ts', line: 2, name: 'inner', lines: 62 },
      { file: 'src/a.ts', line: 61, name: 'long', lines: 61 },
    ])
  })

  it('has a cycle where imports lead back, those of types too', async () => {
    write({
      'src/a.ts': `import { b } from './b.js'\nexport interface A { readonly a: number }\nexport const a = b\n`,
      'src/b.ts': `import type { A } from './a.js'\nexport const b = (value: A) => value\n`,
      'src/c.ts': `import { a } from './a.js'\nexport const c = a\n`,
    })
    expect((await importCycles(root)).map((files) => [...files].sort())).toEqual([['src/a.ts', 'src/b.ts']])
  })
})

describe('the coverage of a request', () => {
  const SERVER = `
    import { createServer } from 'node:http'
    import { shout } from './shout.js'
    const unused = () => 0
    function answer(text) { return [text].map((one) => shout(one)).join() }
    createServer((request, response) => response.end(answer(request.url)))
      .listen(0, '127.0.0.1', function () { console.log('http://127.0.0.1:' + this.address().port) })
  `
  const SHOUT = `export function shout(text) { return text.toUpperCase() }\n`
  let server: ChildProcess | undefined

  afterEach(() => server?.kill('SIGKILL'))

  const firstLine = (stream: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<string>((resolve) =>
      server![stream]!.on('data', (chunk: Buffer) => {
        const [found] = pattern.exec(chunk.toString()) ?? []
        if (found !== undefined) resolve(found)
      }),
    )

  it('counts the files and functions that ran, and the greatest call depth', async () => {
    write({ 'package.json': '{ "type": "module" }', 'server.js': SERVER, 'shout.js': SHOUT })
    server = spawn(process.execPath, ['--inspect=127.0.0.1:0', join(root, 'server.js')])
    const [url, inspectorUrl] = await Promise.all([firstLine('stdout', /http:\S+/), firstLine('stderr', /ws:\S+/)])
    const ours = pathToFileURL(`${root}/`).href
    const coverage = await RequestCoverage.attach({ inspectorUrl, ours, packages: ['@apollo/server'] })
    const measured = await coverage.measure(() => fetch(url))
    coverage.close()
    // The listener of requests, answer, the arrow function in it, and shout.
    expect(measured).toEqual({ files: 2, functions: 4, depth: 4, packages: { '@apollo/server': 0 } })
  })
})
