import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ConfigError, readConfig } from '../../src/config.js'
import { GLIBC_SETTINGS } from '../soak/replica.js'
import { settingNames } from '../support/setting-names.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const yaml = (path: string): any => parse(read(path), { merge: true })
const assigned = (text: string): string[] => [...text.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]*)=/g)].map(([, name]) => name!)

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const NAMES = settingNames()
/** As the documentation marks them. */
const SECRETS = [...read('docs/configuration.md').matchAll(/^\| `(\w+)` \| [^|]*\bsecret\b/gm)].map(([, name]) => name!)

const unit = read('deploy/systemd/kyc-graph@.service').replaceAll(/^#.*$/gm, '')
const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) => assigned(line!))
const values = readdirSync('deploy/helm/values').map((name) => yaml(`deploy/helm/values/${name}`))
const server = yaml('deploy/compose.yaml').services['kyc-graph-1'].environment
const configMap = /\ndata:\n([^]*)/.exec(read('deploy/helm/kyc-graph/templates/configmap.yaml'))![1]!

/** Settings of Node itself, and of the C library below it. */
const OF_NODE: ReadonlySet<string> = new Set(['NODE_COMPILE_CACHE', ...Object.keys(GLIBC_SETTINGS)])

/** The settings that each file of `deploy/` sets. */
const SET: Readonly<Record<string, readonly string[]>> = {
  'compose.yaml': Object.keys(server),
  Dockerfile: [...read('deploy/Dockerfile').matchAll(/^ENV (.*)$/gm)].flatMap(([, line]) => assigned(line!)),
  'kyc-graph@.service': environment,
  'settings.example': assigned(read('deploy/systemd/settings.example').replaceAll(/^#.*$/gm, '')),
  'the ConfigMap of the chart': [...configMap.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!),
  'values of the chart': values.flatMap(({ settings, secrets }) => [
    ...Object.keys(settings),
    ...Object.keys(secrets.files),
  ]),
}

test.each(Object.entries(SET))('%s sets settings that exist', (_, names) => {
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !NAMES.has(name) && !OF_NODE.has(name))).toEqual([])
})

const COMMENTED = [...read('deploy/helm/kyc-graph/values.yaml').matchAll(/^ +# ([A-Z_]+): (\S+)$/gm)]
const examples: readonly (readonly [file: string, settings: Readonly<Record<string, unknown>>])[] = [
  ...readdirSync('deploy/helm/values').map((name) => [name, yaml(`deploy/helm/values/${name}`).settings] as const),
  ['the comments of values.yaml', Object.fromEntries(COMMENTED.map(([, name, value]) => [name!, value!]))],
]

test.each(examples)('the server takes the settings of %s', (_, given) => {
  // Files and secrets are not there, and what needs them is not in order.
  const settings = Object.entries(given).filter(([name]) => !name.endsWith('_FILE'))
  expect(settings).not.toEqual([])
  const problems = problemsOf(Object.fromEntries(settings.map(([name, value]) => [name, String(value)])))
  expect(problems.filter((problem) => settings.some(([name]) => problem.startsWith(`${name} must be`)))).toEqual([])
})

test('a secret is the name of a file everywhere, but an address of Redis without credentials', () => {
  const isSecret = (name: string): boolean => SECRETS.includes(name)
  const found = Object.entries(SET).map(([file, names]) => [
    file,
    names.filter(isSecret).filter((name) => !/^(REDIS_URL|REDIS_USERNAME)$/.test(name)),
  ])
  expect(found.filter(([, names]) => names!.length > 0)).toEqual([])
  const addresses = [server, ...values.map(({ settings }) => settings)].map(({ REDIS_URL }) => String(REDIS_URL))
  expect(addresses.filter((address) => address.includes('@'))).toEqual([])
})

test('the schema of the chart refuses secrets as settings', () => {
  const { pattern, not } = JSON.parse(read('deploy/helm/kyc-graph/values.schema.json')).properties.settings
    .propertyNames
  const isTaken = (name: string): boolean => new RegExp(pattern).test(name) && !new RegExp(not.pattern).test(name)
  const withAddresses = /_(PROXY|PROXY_URL)$|^(REDIS_URL|REDIS_USERNAME|AWS_ACCESS_KEY_ID|APITURE_CLIENT_ID)$/
  expect(SECRETS.filter((name) => isTaken(name) && !withAddresses.test(name))).toEqual([])
  const plain = [...NAMES].filter((name) => /^[A-Z]/.test(name) && !SECRETS.includes(name))
  expect(plain.filter((name) => !isTaken(name)).sort()).toEqual([
    'ADMIN_HOST',
    'ADMIN_PORT',
    'DRAIN_DELAY_MS',
    'HOST',
    'PORT',
  ])
})
