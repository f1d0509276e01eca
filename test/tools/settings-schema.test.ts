import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { settingGroups } from '../../src/config.js'
import { settingsSchema } from '../../src/tools/settings-schema.js'

const text = readFileSync('docs/settings.schema.json', 'utf8')
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(JSON.parse(text))

const GOOD = {
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'kyc-graph',
  SYNCTERA_URL: 'https://api.synctera.example',
  SYNCTERA_API_KEY_FILE: '/run/secrets/synctera',
}

test('docs/settings.schema.json is current', () => {
  expect(settingsSchema(settingGroups)).toBe(text)
})

test.each<[string, object]>([
  ['the least', {}],
  ['numbers and texts of numbers', { PORT: 4000, ADMIN_PORT: '9464' }],
  ['truth values of YAML', { ALLOW_PLAINTEXT: true }],
  ['variables of Node.js', { NODE_OPTIONS: '--enable-source-maps' }],
  ['no provider but tenants', { SYNCTERA_URL: undefined, SYNCTERA_API_KEY_FILE: undefined, TENANTS_FILE: '/t.yaml' }],
  ['clients in place of an audience', { AUTH_AUDIENCE: undefined, AUTH_CLIENTS: 'app' }],
])('takes %s', (_what, change) => {
  const settings = JSON.parse(JSON.stringify({ ...GOOD, ...change })) as unknown
  expect(validate(settings), JSON.stringify(validate.errors)).toBe(true)
})

test.each<[string, object]>([
  ['a name that is none', { REDIS_ULR: 'redis://x' }],
  ['a number out of its range', { PORT: 70_000 }],
  ['a text that is no number', { PORT: 'http' }],
  ['a word that is none of the choices', { LOG_LEVEL: 'verbose' }],
  ['an address without a scheme', { SYNCTERA_URL: 'api.synctera.example' }],
  ['a provider without its secret', { SYNCTERA_API_KEY_FILE: undefined }],
  ['no issuer', { AUTH_ISSUER: undefined }],
  ['no provider and no tenants', { SYNCTERA_URL: undefined }],
])('refuses %s', (_what, change) => {
  expect(validate(JSON.parse(JSON.stringify({ ...GOOD, ...change })))).toBe(false)
})
