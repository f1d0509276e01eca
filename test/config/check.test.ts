import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.js'
import { checkConfig, checkText } from '../../src/config/check.js'
import { mistakenNames } from '../../src/config/setting-names.js'

const folder = mkdtempSync(join(tmpdir(), 'kyc-check-'))
function written(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const SECRET = 'the-secret-of-the-test'
const GOOD = {
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'kyc-graph',
  AUTH_JWKS_URL: 'https://issuer.example/jwks',
  SYNCTERA_URL: 'https://api.synctera.example',
  SYNCTERA_API_KEY: SECRET,
  AUDIT_LOG: join(folder, 'audit.log'),
}
const KEY = randomBytes(32).toString('base64')

describe('the check', () => {
  test('shows each setting with its source, and no secret', async () => {
    const check = await checkConfig({
      ...GOOD,
      REDIS_URL: `rediss://user:${SECRET}@redis.example`,
      STORE_ENCRYPTION_KEY_FILE: written('key', KEY),
      HTTPS_PROXY: `http://user:${SECRET}@proxy.example`,
      CORS_ORIGINS: 'https://app.example',
    })
    expect(check).toMatchObject({ isUsable: true, problems: [] })
    const told = Object.fromEntries(check.settings.map(({ name, source, value }) => [name, [source, value]]))
    expect(told).toMatchObject({
      AUTH_AUDIENCE: ['environment', 'kyc-graph'],
      CORS_ORIGINS: ['environment', 'https://app.example'],
      HTTPS_PROXY: ['environment', undefined],
      PORT: ['default', '4000'],
      REDIS_URL: ['environment', undefined],
      STORE_ENCRYPTION_KEY: ['file', undefined],
      STORE_ENCRYPTION_KEY_FILE: ['environment', join(folder, 'key')],
      SYNCTERA_API_KEY: ['environment', undefined],
      SYNCTERA_TIMEOUT_MS: ['default', '10000'],
      TLS_CERT_FILE: ['unset', undefined],
    })
    for (const text of [checkText(check), JSON.stringify(check)]) {
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain(KEY)
    }
    expect(checkText(check)).toContain('  STORE_ENCRYPTION_KEY=(secret)  [file]')
    expect(checkText(check)).toMatch(/The settings are usable\.$/)
  })

  test('says every problem at once, those of files and of this machine too', async () => {
    const tenants = { tenants: { acme: { OBP_URL: 'nothing' }, globex: {} } }
    const { problems, isUsable } = await checkConfig({
      ...GOOD,
      AUTH_AUDIENCE: undefined,
      PORT: '99999',
      REDIS_ULR: 'redis://x',
      TENANTS_FILE: written('tenants.json', JSON.stringify(tenants)),
      AUTH_ISSUERS_FILE: written('issuers.json', '[{}]'),
      SYNCTERA_URL: undefined,
    })
    expect(isUsable).toBe(false)
    for (const part of ['AUTH_AUDIENCE', 'PORT', 'REDIS_ULR', 'tenant', 'AUTH_ISSUERS_FILE, entry 1'])
      expect(problems.some((problem) => problem.includes(part))).toBe(true)
  })

  test('shows the settings of tenants and of further issuers by their place', async () => {
    const issuer = { AUTH_ISSUER: 'https://b.example', AUTH_AUDIENCE: 'b', AUTH_TENANTS: 'acme' }
    const check = await checkConfig({
      ...GOOD,
      SYNCTERA_URL: undefined,
      AUTH_ISSUERS_FILE: written('good-issuers.json', JSON.stringify([issuer])),
      TENANTS_FILE: written(
        'good-tenants.yaml',
        `tenants:\n  acme:\n    settings:\n      SYNCTERA_URL: https://acme.example\n      SYNCTERA_API_KEY: ${SECRET}\n`,
      ),
    })
    const text = checkText(check)
    expect(check.problems).toEqual([])
    expect(text).toContain('tenant acme:\n')
    expect(text).toContain('  SYNCTERA_URL=https://acme.example  [file]')
    expect(text).toContain('AUTH_ISSUERS_FILE, entry 1:\n')
    expect(text).not.toContain(SECRET)
  })

  test.each<[string, () => Promise<Record<string, string>> | Record<string, string>, string]>([
    ['an address of another machine', () => ({ HOST: '192.0.2.7' }), 'HOST is no address of this machine'],
    ['an admin address of another one', () => ({ ADMIN_PORT: '9464', ADMIN_HOST: '2001:db8::1' }), 'ADMIN_HOST is no'],
    ['a folder that is not there', () => ({ AUDIT_LOG: '/no/such/folder/audit.log' }), 'AUDIT_LOG names a file'],
    [
      'a key of another certificate',
      async () => {
        const [one, other] = [await generate([]), await generate([])]
        return { TLS_CERT_FILE: written('cert.pem', one.cert), TLS_KEY_FILE: written('key.pem', other.private) }
      },
      'TLS_CERT_FILE and TLS_KEY_FILE do not belong together',
    ],
    [
      'a key ring that is none',
      () => ({ STORE_KEY_RING_FILE: written('ring', '{}'), KEY_WRAPPING: 'local', KEY_WRAPPING_KEY: KEY }),
      'STORE_KEY_RING_FILE is no key ring',
    ],
    [
      'a key ring without a current key',
      () => ({
        STORE_KEY_RING_FILE: written('empty-ring', '{"version":1,"keys":[]}'),
        KEY_WRAPPING: 'local',
        KEY_WRAPPING_KEY: KEY,
      }),
      'the key ring has no current key',
    ],
  ])('finds %s without the network', async (_what, change, problem) => {
    const { problems } = await checkConfig({ ...GOOD, ...(await change()) })
    expect(problems).toEqual([expect.stringContaining(problem)])
  })

  test('hides credentials and queries of what is no secret', async () => {
    const check = await checkConfig({ ...GOOD, PUBLIC_URL: `https://me:${SECRET}@api.example/?k=${SECRET}` })
    expect(JSON.stringify(check)).not.toContain(SECRET)
    expect(check.isUsable).toBe(false)
  })

  test('warns of the memory store, and not with Redis', async () => {
    expect((await checkConfig(GOOD)).warnings.join()).toContain('REDIS_URL is not set')
    const { warnings } = await checkConfig({ ...GOOD, REDIS_URL: 'redis://127.0.0.1', STORE_ENCRYPTION_KEY: KEY })
    expect(warnings.join()).not.toContain('REDIS_URL')
  })
})

test('warns of events that are gone before their webhooks were tried for the last time', async () => {
  const warningsOf = async (settings: Record<string, string>) =>
    (await checkConfig({ ...GOOD, ...settings })).warnings.join()
  expect(await warningsOf({ EVENT_RETENTION_HOURS: '71' })).toContain('EVENT_RETENTION_HOURS')
  expect(await warningsOf({ EVENT_RETENTION_HOURS: '72' })).not.toContain('EVENT_RETENTION_HOURS')
  expect(await warningsOf({ EVENT_RETENTION_HOURS: '71', PARTNER_WEBHOOKS: 'off' })).not.toContain('EVENT_RETENTION')
})

describe('names', () => {
  test.each<[string, string]>([
    ['REDIS_ULR', 'REDIS_URL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['redis_url', 'REDIS_URL'],
    ['REDISURL', 'REDIS_URL'],
    ['RedisUrl', 'REDIS_URL'],
    ['OBP_BASEURL', 'OBP_URL'],
    ['OBP_BASE_URL', 'OBP_URL'],
    ['synctera_api_key', 'SYNCTERA_API_KEY'],
    ['SYNCTERA_APIKEY', 'SYNCTERA_API_KEY'],
    ['SYNCTERA_KEY', 'SYNCTERA_API_KEY'],
    ['SYNCTERA_TIMEOUT', 'SYNCTERA_TIMEOUT_MS'],
    ['AUTH_AUDIANCE', 'AUTH_AUDIENCE'],
    ['AUTH_ISSUER_', 'AUTH_ISSUER'],
    ['STORE_ENCRYPTION_KEYS', 'STORE_ENCRYPTION_KEY'],
    ['STORE_ENCRYPTION_KEY_FIEL', 'STORE_ENCRYPTION_KEY_FILE'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['port', 'PORT'],
    ['PROT', 'PORT'],
  ])('%s is told: %s is probably meant', (name, meant) => {
    expect(mistakenNames({ [name]: 'x' })).toEqual([`${name} is not a setting: ${meant} is probably meant`])
  })

  const OTHERS: Readonly<Record<string, string>> = {
    // A shell and a system.
    HOME: '/home/kyc',
    HOSTNAME: 'kyc-graph-0',
    PATH: '/usr/bin',
    PWD: '/srv',
    LOGNAME: 'kyc',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    INVOCATION_ID: '1',
    NOTIFY_SOCKET: '/run/x',
    // Node.js and npm.
    NODE_ENV: 'production',
    NODE_OPTIONS: '--max-old-space-size=512',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    npm_config_cache: '/tmp',
    // Heroku.
    DYNO: 'web.1',
    WEB_CONCURRENCY: '2',
    DATABASE_URL: 'postgres://x',
    REDIS_TLS_URL: 'rediss://x',
    HEROKU_APP_NAME: 'kyc',
    // conda.
    CONDA_PREFIX: '/opt/conda',
    CONDA_TOOLCHAIN_HOST: 'x86_64-conda-linux-gnu',
    HOST: 'x86_64-conda-linux-gnu',
    // Kubernetes, with services that are named as our settings and providers.
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    KYC_GRAPH_SERVICE_HOST: '10.0.0.2',
    KYC_GRAPH_PORT: 'tcp://10.0.0.2:4000',
    REDIS_SERVICE_HOST: '10.0.0.3',
    REDIS_PORT: 'tcp://10.0.0.3:6379',
    REDIS_PORT_6379_TCP_ADDR: '10.0.0.3',
    SEI_SERVICE_HOST: '10.0.0.4',
    SEI_SERVICE_PORT_HTTPS: '443',
    SEI_PORT: 'tcp://10.0.0.4:443',
    SEI_PORT_443_TCP_PROTO: 'tcp',
    ADMIN_PORT: 'tcp://10.0.0.5:80',
    ADMIN_SERVICE_PORT: '80',
    // Proxies, AWS and PM2.
    FTP_PROXY: 'http://proxy',
    all_proxy: 'http://proxy',
    no_proxy: 'localhost',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ROLE_ARN: 'arn',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2',
    PM2_HOME: '/x',
  }

  test("other programs' variables do no harm and make no noise", () => {
    expect(mistakenNames(OTHERS)).toEqual([])
    const { audit: _, ...config } = readConfig({ ...GOOD, ...OTHERS, no_proxy: undefined })
    const { audit: __, ...plain } = readConfig(GOOD)
    expect(JSON.stringify(config)).toBe(JSON.stringify(plain))
  })

  test.each([
    'x86_64-conda-linux-gnu',
    'aarch64-conda-linux-gnu',
    'powerpc64le-unknown-linux-gnu',
    'arm64-apple-darwin20.0.0',
    'x86_64-w64-mingw32',
    'x86_64-pc-cygwin',
    'i686-pc-msys',
    'aarch64-linux-gnu',
    'arm-linux-gnueabihf',
  ])('HOST=%s is the target of a compiler, and no address', (target) => {
    expect(readConfig({ ...GOOD, HOST: target }).host).toBe('127.0.0.1')
  })

  test.each(['db-prod-linux01', 'kyc-graph-linux', '10.0.0.1', 'arm.example'])('HOST=%s is a host', (host) => {
    expect(readConfig({ ...GOOD, HOST: host }).host).toBe(host)
  })

  test('the names that are read are no mistakes, those of files and of proxies in lower case among them', () => {
    const names = ['REDIS_URL', 'REDIS_PASSWORD_FILE', 'OBP_PROXY_URL_FILE', 'https_proxy', 'SEI_URL', 'TENANTS_FILE']
    expect(mistakenNames(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([])
  })

  test('an empty variable is told by no name', () => {
    expect(mistakenNames({ REDIS_ULR: ' ' })).toEqual([])
  })
})
