import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  FOLDER_LOCKFILES,
  licencePage,
  type Lock,
  packagesOf,
  refusedInFolder,
  refusedLicences,
} from '../../src/tools/licences.js'

const read = (path: string): Lock => JSON.parse(readFileSync(path, 'utf8')) as Lock
const lock = read('package-lock.json')
const withPackage = (path: string, entry: Lock['packages'][string]): Lock => ({
  packages: { ...lock.packages, [path]: entry },
})

test('every licence of the lockfile is allowed', () => {
  expect(refusedLicences(packagesOf(lock))).toEqual([])
})

test('every licence of the other lockfiles is allowed, and every lockfile is read', () => {
  const found = execFileSync('git', ['ls-files', '*/package-lock.json'], { encoding: 'utf8' }).trim().split('\n')
  expect(FOLDER_LOCKFILES).toEqual(found)
  for (const path of FOLDER_LOCKFILES) expect(refusedInFolder(path, read(path))).toEqual([])
})

test('a new licence in another folder is refused', () => {
  const page = withPackage('node_modules/left', { version: '1.0.0', license: 'AGPL-3.0' })
  expect(refusedInFolder('site/package-lock.json', page)).toEqual([
    'left@1.0.0 of site/package-lock.json has the licence AGPL-3.0, which is not allowed',
  ])
})

test('the committed page is current', () => {
  expect(readFileSync('docs/third-party-licences.md', 'utf8')).toBe(
    licencePage(packagesOf(lock), FOLDER_LOCKFILES.map(read)),
  )
})

test.each([
  [
    'a new licence in production',
    { version: '1.0.0', license: 'AGPL-3.0' },
    'left@1.0.0 has the licence AGPL-3.0, which is not allowed in production',
  ],
  [
    'a new licence in development',
    { version: '1.0.0', license: 'AGPL-3.0', dev: true },
    'left@1.0.0 has the licence AGPL-3.0, which is not allowed in development',
  ],
  [
    'a licence for development in production',
    { version: '1.0.0', license: 'Elastic-2.0' },
    'left@1.0.0 has the licence Elastic-2.0, which is not allowed in production',
  ],
  [
    'a package without a licence',
    { version: '1.0.0' },
    'left@1.0.0 has the licence none, which is not allowed in production',
  ],
])('%s is refused', (_case, entry, problem) => {
  expect(refusedLicences(packagesOf(withPackage('node_modules/left', entry)))).toEqual([problem])
})

test('a package that is installed twice is a production dependency when one copy is', () => {
  const twice = withPackage('node_modules/a/node_modules/left', { version: '1.0.0', license: 'Elastic-2.0', dev: true })
  const problems = refusedLicences(
    packagesOf({ packages: { ...twice.packages, 'node_modules/left': { version: '1.0.0', license: 'Elastic-2.0' } } }),
  )
  expect(problems).toEqual(['left@1.0.0 has the licence Elastic-2.0, which is not allowed in production'])
})
