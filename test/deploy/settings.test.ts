import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { GLIBC_SETTINGS } from '../soak/replica.js'
import { settingNames } from '../support/setting-names.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const yaml = (path: string): any => parse(read(path), { merge: true })
const assigned = (text: string): string[] => [...text.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]*)=/g)].map(([, name]) => name!)

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
