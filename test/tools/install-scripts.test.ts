import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FOLDER_LOCKFILES } from '../../src/tools/licences.js'

interface Locked {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly dev?: boolean; readonly hasInstallScript?: boolean }>
  >
}

/** What the install script of each package does, and why nothing needs it. */
const NOT_NEEDED: Readonly<Record<string, string>> = {
  '@apollo/protobufjs': 'warns of a version range in the manifest that installs it',
  'core-js': 'prints a notice',
  esbuild: 'replaces its launcher by the binary of the platform, which an optional package brings',
  'msgpackr-extract': 'builds an addon for long texts, without which msgpackr reads them itself',
  protobufjs: 'warns of a version range in the manifest that installs it',
}

const lockfiles = ['package-lock.json', ...FOLDER_LOCKFILES]
const withScript = (file: string) =>
  Object.entries((JSON.parse(readFileSync(file, 'utf8')) as Locked).packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path, { dev = false }]) => ({ name: path.split('node_modules/').at(-1)!, dev }))

test('the packages with an install script are these, and none is needed', () => {
  const names = new Set(lockfiles.flatMap(withScript).map(({ name }) => name))
  expect([...names].sort()).toEqual(Object.keys(NOT_NEEDED).sort())
})

test('in production two packages have an install script', () => {
  expect(withScript('package-lock.json').filter(({ dev }) => !dev)).toEqual([
    { name: '@apollo/protobufjs', dev: false },
    { name: 'msgpackr-extract', dev: false },
  ])
})

test('CI installs packages without their scripts', () => {
  const installs = [readFileSync('.ci/run', 'utf8'), readFileSync('bench/main.ts', 'utf8')].flatMap((text) =>
    text.split('\n').filter((line) => /\bnpm (ci|install)\b|'npm', \['ci'/.test(line)),
  )
  expect(installs).toHaveLength(6)
  for (const line of installs) expect(line).toContain('--ignore-scripts')
})
