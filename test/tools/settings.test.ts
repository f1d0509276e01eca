import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { ConfigError, readConfig, type SettingGroup, settingGroups } from '../../src/config.js'
import { envExample, settingsOf, settingTables, withSettingTables } from '../../src/tools/settings.js'

const page = readFileSync('docs/configuration.md', 'utf8')
const example = readFileSync('.env.example', 'utf8')
const settings = settingGroups.flatMap(settingsOf)
const group = (read: SettingGroup['read']): SettingGroup => ({ title: 'Test', read })

/** `.env.example` with a value in place of each required one that is empty. */
const filled = (text: string) =>
  Object.fromEntries(
    Object.entries(parseEnv(text)).map(([name, value]) => [
      name,
      value !== '' ? value : name.endsWith('_URL') || name === 'AUTH_ISSUER' ? 'https://example.com/path' : 'value',
    ]),
  )

test('docs/configuration.md and .env.example are current', () => {
  expect(withSettingTables(page, settingTables(settingGroups))).toBe(page)
  expect(envExample(settingGroups)).toBe(example)
})

test.each<[string, SettingGroup['read']]>([
  ['default', (reader) => reader.integer('COUNT', 'A count.', 2, { min: 0, max: 9 })],
  ['range', (reader) => reader.integer('COUNT', 'A count.', 1, { min: 0, max: 10 })],
  ['description', (reader) => reader.integer('COUNT', 'Another count.', 1, { min: 0, max: 9 })],
  ['name', (reader) => reader.integer('NUMBER', 'A count.', 1, { min: 0, max: 9 })],
])('a changed %s changes what is emitted', (_what, changed) => {
  const before = group((reader) => reader.integer('COUNT', 'A count.', 1, { min: 0, max: 9 }))
  expect(settingTables([group(changed)])).not.toBe(settingTables([before]))
  expect(envExample([group(changed)])).not.toBe(envExample([before]))
})

test.each(['', 'value', 'no sentence'])('a setting with the description "%s" is refused', (description) => {
  expect(() => settingsOf(group((reader) => reader.text('NAME', description)))).toThrow('The description of NAME')
})

test('a page without marks for the settings is refused', () => {
  expect(() => withSettingTables('# Configuration\n', '')).toThrow('no marks')
})

test('.env.example is accepted once the required settings are filled in', () => {
  expect(Object.keys(readConfig(filled(example)).providers)).toHaveLength(settingGroups.length - 1)
})

test('.env.example is refused while they are empty', () => {
  expect(() => readConfig(parseEnv(example))).toThrow(ConfigError)
})

test('every default in .env.example is the default of the server', () => {
  const withDefaults = example.replaceAll(/^# ([A-Z_]+=[^<\n]+)$/gm, '$1')
  expect(Object.keys(filled(withDefaults)).length).toBeGreaterThan(Object.keys(filled(example)).length + 20)
  // Functions, and a list that holds some, are not compared.
  const config = (text: string) => {
    const { safelist, reloaded, readTenancy: _read, ...rest } = readConfig(filled(text))
    return { ...rest, safelist: safelist.mode, reloaded: Object.keys(reloaded) }
  }
  expect(config(withDefaults)).toEqual(config(example))
})

test.each<[string, Record<string, string>]>([
  ['DirectLogin', {}],
  [
    'OAuth2',
    {
      OBP_USERNAME: '',
      OBP_PASSWORD: '',
      OBP_CONSUMER_KEY: '',
      OBP_TOKEN_URL: 'https://example.com',
      OBP_CLIENT_ID: 'value',
      OBP_CLIENT_SECRET: 'value',
    },
  ],
])('every variable that the server reads is a documented setting, with %s', (_login, change) => {
  const read = new Set<string>()
  readConfig(
    new Proxy<Record<string, string | undefined>>(
      { ...filled(example), ...change },
      { get: (env, name: string) => (read.add(name), env[name]) },
    ),
  )
  // The variables of proxies are also read in lower case, as other programs write them.
  const documented = new Set(settings.flatMap(({ name }) => [name, name.toLowerCase(), `${name}_FILE`]))
  expect([...read].filter((name) => !documented.has(name))).toEqual([])
})
