import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-systemd-'))
const unit = join(folder, 'kyc-graph@4000.service')
// Node as it is on this machine; `verify` asks for the program.
writeFileSync(
  unit,
  readFileSync('deploy/systemd/kyc-graph@.service', 'utf8').replace('/usr/local/bin/node', process.execPath),
)

test('systemd takes the unit', () => {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  expect({ status, problems: stderr.split('\n').filter((line) => line.includes('kyc-graph@')) }).toEqual({
    status: 0,
    problems: [],
  })
})

test('an instance has limits of its own', () => {
  const text = readFileSync(unit, 'utf8')
  // The system counts the threads of a user, whichever instance they belong to.
  expect(text).toMatch(/^User=[^%\n]+$/m)
  expect(text).not.toMatch(/^LimitNPROC=/m)
  expect(text).toMatch(/^TasksMax=\d+$/m)
})

test('systemd counts its exposure as low', () => {
  // In tenths: 0 is none, 100 is a service without any restriction.
  execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit], { stdio: 'pipe' })
})
