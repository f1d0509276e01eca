import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { glibcSettings as benchSettings } from '../../bench/server.js'
import { GLIBC_SETTINGS } from '../soak/replica.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const START = (JSON.parse(read('package.json')) as { scripts: { start: string } }).scripts.start
const FLAGS = START.split(' ').filter((word) => word.startsWith('--'))

/** The lines of a file that start the server with flags of V8. */
const starts = (path: string): readonly string[] =>
  read(path)
    .split('\n')
    .filter((line) => line.includes('--max-semi-space-size') && !line.startsWith('|'))

test.each(['deploy/Dockerfile', 'deploy/systemd/kyc-graph@.service', 'docs/deployment.md'])(
  '%s starts the server with the flags of `npm start`',
  (path) => {
    expect(FLAGS.length).toBeGreaterThan(0)
    expect(starts(path).length).toBeGreaterThan(0)
    for (const line of starts(path)) expect(line.match(/--[\w=-]+/g)).toEqual(FLAGS)
  },
)

/** The settings of glibc that lines of a file set. */
const glibcSettings = (path: string): object =>
  Object.fromEntries([...read(path).matchAll(/\b(MALLOC_\w+)[=:] ?'?(\d+)/g)].map(([, name, value]) => [name, value]))

test.each(['deploy/Dockerfile', 'deploy/systemd/kyc-graph@.service', 'docs/deployment.md'])(
  '%s has the settings of glibc that tests and benchmarks start the server with',
  (path) => {
    expect(glibcSettings(path)).toEqual(GLIBC_SETTINGS)
  },
)

test('the benchmark reads the settings of glibc from the image of the checkout that it starts', () => {
  expect(benchSettings('.')).toEqual(GLIBC_SETTINGS)
  expect(benchSettings('bench')).toEqual({})
})

test('a stop has the time that the drain delay and the shutdown take', () => {
  const seconds = 5 + 45
  expect(read('deploy/systemd/kyc-graph@.service')).toContain(`TimeoutStopSec=${seconds}\n`)
  expect(read('deploy/compose.yaml')).toContain(`stop_grace_period: ${seconds}s\n`)
})
