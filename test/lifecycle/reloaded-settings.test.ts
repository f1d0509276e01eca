import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Config, readConfig, settingGroups } from '../../src/config.js'
import { settingsOf } from '../../src/tools/settings.js'
import { authority, type Signed } from '../support/certificates.js'

/** What reads a setting again: a part of `Config.reloaded`, or the providers' settings. */
type Reader = keyof Config['reloaded'] | 'providers'

/** Every setting of the server that is a secret or names a file, with what reads it again. */
const READERS: Readonly<Record<string, Reader>> = {
  AUTH_ISSUERS_FILE: 'issuers',
  AUTH_CA_FILE: 'issuers',
  AUTH_INTROSPECTION_CLIENT_SECRET: 'issuers',
  CONSENT_CREDENTIAL: 'consent',
  CONSENT_CA_FILE: 'consent',
  SECURITY_LOG_CA_FILE: 'securityLog',
  OTEL_EXPORTER_OTLP_HEADERS: 'traces',
  OTEL_EXPORTER_OTLP_CERTIFICATE: 'traces',
  TLS_CERT_FILE: 'tls',
  TLS_KEY_FILE: 'tls',
  TLS_CLIENT_CA_FILE: 'tls',
  REDIS_URL: 'store',
  REDIS_USERNAME: 'store',
  REDIS_PASSWORD: 'store',
  REDIS_CA_FILE: 'store',
  REDIS_CERT_FILE: 'store',
  REDIS_KEY_FILE: 'store',
  STORE_ENCRYPTION_KEY: 'store',
  STORE_KEY_RING_FILE: 'store',
  KEY_WRAPPING_KEY: 'store',
  AWS_ACCESS_KEY_ID: 'store',
  AWS_SECRET_ACCESS_KEY: 'store',
  AWS_SESSION_TOKEN: 'store',
  VAULT_TOKEN: 'store',
  VAULT_CA_FILE: 'store',
  AUDIT_CHECKPOINTS_TOKEN: 'checkpoints',
  AUDIT_CHECKPOINTS_CA_FILE: 'checkpoints',
  TENANTS_FILE: 'providers',
  HTTPS_PROXY: 'providers',
  HTTP_PROXY: 'providers',
}

/** Those that nothing reads again, with the reason. */
const NOT_WATCHED: Readonly<Record<string, string>> = {
  AUDIT_CHECKPOINT_KEY: 'it signs once and is forgotten, so it must not be read again',
  AUDIT_CHECKPOINT_PUBLIC_KEY_FILE: 'it is used at the start, and by npm run audit:verify',
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'it is read for each request',
  SAFELIST_FILE: 'no secret: a part of a release',
}

const listed = settingGroups.map((group) =>
  settingsOf(group).filter(({ name, values }) => /secret$|^path of/.test(values) || /_FILE$/.test(name)),
)
const [SERVER, ...PROVIDERS] = listed

test('every secret and every file of the server is listed here', () => {
  expect(SERVER!.map(({ name }) => name).sort()).toEqual([...Object.keys(READERS), ...Object.keys(NOT_WATCHED)].sort())
})

const folder = mkdtempSync(join(tmpdir(), 'kyc-reloaded-'))
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const example = Object.entries(parseEnv(readFileSync('.env.example', 'utf8')))
let ca: Signed
/** Settings of a server with every provider. */
let base: Record<string, string | undefined>
beforeAll(async () => {
  ca = await authority('Any')
  base = {
    ...Object.fromEntries(
      example.map(([name, value]) => [name, value || (name.endsWith('_URL') ? 'https://example.test' : 'value')]),
    ),
    AUTH_ISSUER: 'https://issuer.test',
    AUTH_INTROSPECTION_URL: 'https://issuer.test/introspect',
    AUTH_INTROSPECTION_CLIENT_ID: 'kyc-graph',
    AUTH_INTROSPECTION_CLIENT_SECRET: 'secret',
    REDIS_URL: 'rediss://redis.test',
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    VAULT_ADDR: 'https://vault.test',
    VAULT_TOKEN: 'secret',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
    KEY_WRAPPING: 'vault',
    VAULT_TRANSIT_KEY: 'kyc-graph',
    TLS_CLIENT_CERT: 'request',
    TLS_CERT_FILE: file('tls.crt', ca.cert),
    TLS_KEY_FILE: file('tls.key', ca.key),
    CONSENT_URL: 'https://consents.test',
    AUDIT_CHECKPOINTS: 'https://checkpoints.test',
    AUDIT_CHECKPOINT_SIGNER: 'vault',
    AUDIT_CHECKPOINT_KEY_ID: 'root',
    SECURITY_LOG: 'syslog:tls://syslog.test:6514',
  }
})

/** A text that the setting takes. */
function textOf(name: string): string {
  if (/_(KEY)_FILE$/.test(name)) return ca.key
  if (/_(CA|CERT)_FILE$|_CERTIFICATE$/.test(name)) return ca.cert
  if (name === 'OTEL_EXPORTER_OTLP_HEADERS') return 'authorization=Bearer%20secret'
  if (/^(STORE_ENCRYPTION|KEY_WRAPPING)_KEY$/.test(name)) return randomBytes(32).toString('base64')
  if (/_PROXY(_URL)?$/.test(name)) return 'http://user:password@proxy.test:3128'
  if (name === 'AUTH_ISSUERS_FILE') return '[]'
  if (name === 'TENANTS_FILE') return JSON.stringify({ tenants: {} })
  return name === 'REDIS_URL' ? 'rediss://redis.test' : 'SecretOfAFileWithThirtyTwoLetters'
}

/** A certificate and its key need each other. */
const PAIRS: Readonly<Record<string, string>> = {
  REDIS_CERT_FILE: 'REDIS_KEY_FILE',
  REDIS_KEY_FILE: 'REDIS_CERT_FILE',
  TLS_CERT_FILE: 'TLS_KEY_FILE',
  TLS_KEY_FILE: 'TLS_CERT_FILE',
  SEI_CLIENT_CERT_FILE: 'SEI_CLIENT_KEY_FILE',
  SEI_CLIENT_KEY_FILE: 'SEI_CLIENT_CERT_FILE',
}

/** The other of two ways to log in at the Open Bank Project. */
const OBP_OAUTH = {
  OBP_USERNAME: undefined,
  OBP_PASSWORD: undefined,
  OBP_CONSUMER_KEY: undefined,
  OBP_TOKEN_URL: 'https://login.test',
  OBP_CLIENT_ID: 'kyc-graph',
}

/** The configuration of a server with a setting that is in a file, and the path of that. */
function configured(name: string, values: string) {
  const path = file(name, textOf(name))
  const other = PAIRS[name]
  const isOauth = name === 'OBP_CLIENT_SECRET'
  return {
    path,
    config: readConfig({
      ...base,
      ...(isOauth ? OBP_OAUTH : {}),
      [name]: undefined,
      [values.includes('secret') ? `${name}_FILE` : name]: path,
      ...(other === undefined ? {} : { [other]: file(other, textOf(other)) }),
    }),
  }
}

describe('the file of a setting is watched and read again', () => {
  const served = listed.flat().filter(({ name }) => !(name in NOT_WATCHED) && name !== 'TENANTS_FILE')

  test.each(served.map(({ name, values }) => [name, READERS[name] ?? 'providers', values] as const))(
    '%s, by the part %s',
    (name, reader, values) => {
      const { path, config } = configured(name, values)
      const read = reader === 'providers' ? config.readTenancy : config.reloaded[reader]
      expect(read()).toMatchObject({ problems: [], files: expect.arrayContaining([path]) as unknown })
    },
  )

  test('and a file that an entry of AUTH_ISSUERS_FILE names', () => {
    const secret = file('entry-secret', 'secret')
    const entry = {
      AUTH_ISSUER: 'https://other.test',
      AUTH_AUDIENCE: 'x',
      AUTH_JWKS_URL: 'https://other.test/jwks',
      AUTH_CA_FILE: file('entry-ca', ca.cert),
    }
    const issuers = file('issuers', JSON.stringify([entry]))
    const { reloaded } = readConfig({ ...base, AUTH_ISSUERS_FILE: issuers })
    expect(reloaded.issuers().files).toEqual(expect.arrayContaining([issuers, entry.AUTH_CA_FILE]))
    expect(reloaded.issuers().files).not.toContain(secret)
    file('issuers', JSON.stringify([{ ...entry, AUTH_INTROSPECTION_CLIENT_SECRET_FILE: secret }]))
    expect(reloaded.issuers().files).toContain(secret)
  })

  test.each(Object.keys(PAIRS).filter((name) => name.endsWith('_KEY_FILE')))(
    '%s is refused where it is the key of another certificate',
    async (name) => {
      const { path, config } = configured(name, 'path of a PEM file')
      const read = READERS[name] === undefined ? config.readTenancy : config.reloaded[READERS[name] as 'tls']
      expect(read().problems).toEqual([])
      writeFileSync(path, (await authority('Another')).key)
      expect(read()).toMatchObject({ part: undefined, problems: [expect.stringContaining(name)] })
    },
  )

  test('a part that cannot be used says why, by the name of the setting, and no other part does', () => {
    const { path, config } = configured('CONSENT_CREDENTIAL', 'secret')
    writeFileSync(path, '')
    expect(config.reloaded.consent()).toMatchObject({
      part: undefined,
      problems: ['CONSENT_CREDENTIAL_FILE names an empty file'],
    })
    expect(config.reloaded.issuers().problems).toEqual([])
    expect(config.reloaded.store().problems).toEqual([])
  })

  test('those of each provider are secrets or files of the part "providers"', () => {
    expect(PROVIDERS.map((settings) => settings.length > 0)).toEqual(PROVIDERS.map(() => true))
  })
})
