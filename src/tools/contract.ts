import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compareRecording } from './contract/compare.js'
import { SpecificationError } from './contract/document.js'
import { exitCode, warnings } from './contract/outcome.js'
import { contractText } from './contract/report.js'

/** The providers' folders, without loading them. */
const PROVIDERS = readdirSync('datasources').filter((name) => existsSync(join('datasources', name, 'index.ts')))

const USAGE = `npm run contract -- --provider NAME --openapi FILE … [--strict] [--record DIR] [--recording DIR] [--json] [test path …]
  --provider   ${PROVIDERS.join(', ')}
  --openapi    the provider's OpenAPI document, 3.0 or 3.1, YAML or JSON; for obp also a table of endpoints.
               May be given several times: of two documents that describe one operation the first counts
  --strict     an operation that no document describes is a violation too, for documents that are complete
  --record     keeps the recording of this run in a new folder
  --recording  reads the recording of an earlier run and runs no tests
  test path    runs these tests only; without any, the whole suite`

/** Runs the tests and records what the emulators exchange. Answers the exit code of the tests. */
async function runTests(folder: string, paths: readonly string[]): Promise<number> {
  // Loaded here, because it loads every provider.
  const { environment } = await import('../config.js')
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--reporter=dot', ...paths], {
    env: { ...environment(), CONTRACT_RECORD: folder },
    // The report goes to the standard output alone.
    stdio: ['ignore', process.stderr, process.stderr],
  })
  return new Promise((done, fail) => child.once('error', fail).once('exit', (code) => done(code ?? 1)))
}

/** Answers the exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      provider: { type: 'string' },
      openapi: { type: 'string', multiple: true },
      strict: { type: 'boolean', default: false },
      record: { type: 'string' },
      recording: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { provider, openapi, strict, record, recording, json } = values
  if (provider === undefined || openapi === undefined || !PROVIDERS.includes(provider)) {
    console.error(USAGE)
    return 2
  }
  const folder = resolve(recording ?? record ?? mkdtempSync(join(tmpdir(), 'kyc-graph-contract-')))
  try {
    mkdirSync(folder, { recursive: true })
    const failed = recording === undefined && (await runTests(folder, positionals)) !== 0
    const onProgress = (count: number) => console.error(`${count} exchanges compared …`)
    const { titles, report } = compareRecording({ folder, provider, openapi, onProgress })
    if (json) console.log(JSON.stringify({ provider, specifications: titles, testsFailed: failed, ...report }, null, 2))
    else {
      const documents = titles.join(', ')
      console.log(
        `${provider}: ${report.exchanges} exchanges, ${report.usedOperations.length} operations, ${documents}\n`,
      )
      console.log(contractText(report))
    }
    const run = { hasFailed: failed, isStrict: strict }
    for (const sentence of warnings(report, run)) console.error(sentence)
    return exitCode(report, run)
  } finally {
    if (recording === undefined && record === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof SpecificationError ? error.message : error)
    process.exitCode = 2
  },
)
