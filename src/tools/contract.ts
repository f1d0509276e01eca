import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compareRecording } from './contract/compare.js'
import { SpecificationError } from './contract/document.js'
import { contractText } from './contract/report.js'

/** The providers' folders, without loading them. */
const PROVIDERS = readdirSync('datasources').filter((name) => existsSync(join('datasources', name, 'index.ts')))

const USAGE = `npm run contract -- --provider NAME --openapi FILE [--record DIR] [--recording DIR] [--json] [test path …]
  --provider   ${PROVIDERS.join(', ')}
  --openapi    the provider's OpenAPI document, 3.0 or 3.1, YAML or JSON; for obp also a table of endpoints
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

/** Answers the exit code: 1 for violations, 2 when nothing was compared or a test failed. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      provider: { type: 'string' },
      openapi: { type: 'string' },
      record: { type: 'string' },
      recording: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { provider, openapi, record, recording, json } = values
  if (provider === undefined || openapi === undefined || !PROVIDERS.includes(provider)) {
    console.error(USAGE)
    return 2
  }
  const folder = resolve(recording ?? record ?? mkdtempSync(join(tmpdir(), 'kyc-graph-contract-')))
  try {
    mkdirSync(folder, { recursive: true })
    const failed = recording === undefined && (await runTests(folder, positionals)) !== 0
    const onProgress = (count: number) => console.error(`${count} exchanges compared …`)
    const { title, report } = compareRecording({ folder, provider, openapi, onProgress })
    if (json) console.log(JSON.stringify({ provider, specification: title, testsFailed: failed, ...report }, null, 2))
    else {
      console.log(`${provider}: ${report.exchanges} exchanges, ${report.usedOperations.length} operations, ${title}\n`)
      console.log(contractText(report))
    }
    if (failed) console.error('A test failed: the recording may be incomplete.')
    if (report.exchanges === 0) console.error('No exchange with this provider was recorded.')
    if (report.requests.length + report.answers.length > 0) return 1
    return failed || report.exchanges === 0 ? 2 : 0
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
