import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config.js'
import { folder } from '../support/tenants-file.js'

const SERVER = {
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'kyc-graph',
  AUTH_JWKS_URL: 'https://issuer.example/jwks',
}
/** A value that no problem may hold. */
const SECRET = '0042-top-secret-of-a-hook-that-is-long'
const place = folder()
const files = { empty: join(place, 'empty'), key: join(place, 'key') }
writeFileSync(files.empty, '')
writeFileSync(files.key, `${SECRET}\n`)

function read(text: string, env: Record<string, string> = {}) {
  const file = join(place, 'tenants.yaml')
  writeFileSync(file, text)
  return readConfig({ ...SERVER, TENANTS_FILE: file, ...env })
}

function problems(text: string, env?: Record<string, string>): readonly string[] {
  try {
    read(text, env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const SYNCTERA = `{ SYNCTERA_URL: https://synctera.example, SYNCTERA_API_KEY: ${SECRET} }`
const OBP = `OBP_URL: https://obp.example, OBP_BANK_ID: one, OBP_BANK_IDS: "one,two", OBP_USERNAME: u, OBP_PASSWORD: ${SECRET}, OBP_CONSUMER_KEY: k`
const hook = (secret: string) =>
  `{ SYNCTERA_URL: https://synctera.example, SYNCTERA_API_KEY: k, SYNCTERA_WEBHOOK_SECRET: ${secret} }`

describe('the file', () => {
  test('of the documentation is valid', () => {
    const [, example] = /```yaml\n([^]*?)```/.exec(readFileSync('docs/tenants.md', 'utf8'))!
    const { tenancy } = read(example!.replaceAll(/_FILE: .*/g, `_FILE: ${files.key}`))
    expect(tenancy.tenants.map(({ id }) => id)).toEqual(['meridian', 'northwind'])
  })

  test('names tenants with the settings of the environment’s names, in YAML', () => {
    const { tenancy, providers } = read(`
      tenants:
        acme:
          banks: [one]
          limits: { rateLimit: 5000 }
          settings: { ${OBP}, OBP_TIMEOUT_MS: 1234 }
        zen: { settings: { SYNCTERA_URL: 'https://synctera.example', SYNCTERA_API_KEY_FILE: ${files.key} } }`)
    expect(providers).toEqual({})
    expect(tenancy.hasTenants).toBe(true)
    expect(tenancy.tenants).toMatchObject([
      { id: 'acme', banks: ['one'], limits: { rateLimit: 5000 }, providers: { obp: { timeoutMs: 1234 } } },
      { id: 'zen', banks: undefined, providers: { synctera: { settings: { apiKey: SECRET } } } },
    ])
    expect(Object.keys(tenancy.tenants[1]!.providers)).toEqual(['synctera'])
  })

  test('may be JSON, and a number is the text that is written', () => {
    const text = '{"tenants":{"a":{"settings":{"SYNCTERA_URL":"https://synctera.example","SYNCTERA_API_KEY":0042.50}}}}'
    expect(read(text.replace('0042.50', '42.50')).tenancy.tenants[0]!.providers.synctera!.settings).toMatchObject({
      apiKey: '42.50',
    })
    const yaml = 'tenants: { a: { settings: { SYNCTERA_URL: https://synctera.example, SYNCTERA_API_KEY: 0042 } } }'
    expect(read(yaml).tenancy.tenants[0]!.providers.synctera!.settings).toMatchObject({ apiKey: '0042' })
  })

  test.each<[string, string, Record<string, string>, readonly string[]]>([
    ['no text', '', {}, ['TENANTS_FILE must be a mapping', 'TENANTS_FILE names no tenant']],
    ['no tenant', 'tenants: {}', {}, ['TENANTS_FILE names no tenant']],
    ['a list', `- ${SECRET}`, {}, ['TENANTS_FILE must be a mapping', 'TENANTS_FILE names no tenant']],
    [
      'what is no YAML',
      `tenants: { a: "${SECRET}" `,
      {},
      ['TENANTS_FILE cannot be read as YAML or JSON (BAD_INDENT, line 1)'],
    ],
    [
      'one tenant twice',
      `tenants:\n  a: { settings: ${SYNCTERA} }\n  a: { settings: ${SYNCTERA} }`,
      {},
      ['TENANTS_FILE cannot be read as YAML or JSON (DUPLICATE_KEY, line 3)'],
    ],
    [
      'unknown names at every level, and an id that is none',
      `tenants:\n  a: { settings: ${SYNCTERA}, limit: 1, limits: { points: 3 } }\n  a/b: { settings: ${SYNCTERA} }\nmore: 1`,
      {},
      [
        'TENANTS_FILE: more is not known; use tenants',
        'tenant a: limit is not one of banks, limits, settings',
        'TENANTS_FILE: an id must be 1 to 64 letters, digits, and . _ ~ - after the first',
        'tenant a: limits: points is not a limit',
      ],
    ],
    [
      'a setting of a provider that the tenant does not have, and a value as a name',
      `tenants: { a: { settings: { SYNCTERA_URL: https://s.example, SYNCTERA_API_KEY: k, OBP_PASSWORD: ${SECRET}, LOG_LEVEL: debug, "${SECRET}!": x } } }`,
      {},
      [
        'tenant a: OBP_PASSWORD is not a setting of a provider that the tenant has',
        'tenant a: LOG_LEVEL is not a setting of a provider that the tenant has',
        'tenant a: a member is not a setting of a provider that the tenant has',
      ],
    ],
    [
      'every problem of every tenant',
      `tenants:\n  a: { settings: { SYNCTERA_URL: ftp://${SECRET} } }\n  b: {}\n  c: { settings: { OBP_URL: [${SECRET}] } }`,
      {},
      [
        'tenant b: settings must be a mapping',
        'tenant c: settings: OBP_URL must be a text or a number',
        'tenant a: SYNCTERA_URL must be an http or https URL without credentials, query or fragment',
        'tenant a: SYNCTERA_API_KEY (or SYNCTERA_API_KEY_FILE) is missing',
        'tenant b: no provider is configured: set at least one of OBP_URL, SYNCTERA_URL, APITURE_URL, SEI_URL, BANFICO_URL',
        'tenant c: no provider is configured: set at least one of OBP_URL, SYNCTERA_URL, APITURE_URL, SEI_URL, BANFICO_URL',
      ],
    ],
    [
      'a secret in an empty file, and one in none',
      `tenants:\n  a: { settings: { SYNCTERA_URL: https://s.example, SYNCTERA_API_KEY_FILE: ${files.empty} } }\n  b: { settings: { SYNCTERA_URL: https://s.example, SYNCTERA_API_KEY_FILE: /nowhere } }`,
      {},
      [
        'tenant a: SYNCTERA_API_KEY_FILE names an empty file',
        'tenant b: SYNCTERA_API_KEY_FILE names a file that cannot be read',
        'tenant b: SYNCTERA_API_KEY (or SYNCTERA_API_KEY_FILE) is missing',
      ],
    ],
    [
      'banks that are not those of the provider',
      `tenants:\n  a: { banks: [two, three], settings: { ${OBP} } }\n  b: { banks: [one], settings: ${SYNCTERA} }\n  c: { banks: [], settings: { ${OBP} } }`,
      {},
      [
        'tenant c: banks must be a list of texts, at least one',
        'tenant a: banks must contain OBP_BANK_ID',
        'tenant a: banks names a bank that OBP_BANK_IDS does not',
        'tenant b: banks needs OBP_URL',
        'tenant c: banks must contain OBP_BANK_ID',
      ],
    ],
    [
      'a limit that is none',
      `tenants: { a: { limits: { rateLimit: -1 }, settings: ${SYNCTERA} } }`,
      {},
      ['tenant a: limits: rateLimit must be a whole number from 0 to 1000000000'],
    ],
    [
      'one webhook secret for two tenants',
      `tenants:\n  a: { settings: ${hook(SECRET.repeat(3))} }\n  b: { settings: ${hook(SECRET.repeat(3))} }`,
      {},
      ['tenants a and b have the same webhook secret for synctera'],
    ],
    [
      'a provider of the environment beside it',
      `tenants: { a: { settings: ${SYNCTERA} } }`,
      { OBP_URL: 'https://obp.example' },
      ['OBP_URL is not used with TENANTS_FILE: set it for a tenant there'],
    ],
    [
      'an address without encryption',
      'tenants: { a: { settings: { SYNCTERA_URL: http://synctera.example, SYNCTERA_API_KEY: k } } }',
      {},
      [
        'SYNCTERA_URL of tenant a would be reached without encryption: use TLS, or say ALLOW_PLAINTEXT=true where something else encrypts',
      ],
    ],
  ])('with %s is refused: all problems at once, no value', (_what, text, env, expected) => {
    const found = problems(text, env)
    expect([...found].sort()).toEqual([...expected].sort())
    expect(found.join()).not.toContain(SECRET)
  })

  test('that cannot be read is refused', () => {
    expect(() => readConfig({ ...SERVER, TENANTS_FILE: '/nowhere' })).toThrow(
      'TENANTS_FILE names a file that cannot be read',
    )
  })
})
