import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../src/config.js'

const GOOD = {
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'kyc-graph',
  AUTH_JWKS_URL: 'https://issuer.example/jwks',
  SYNCTERA_URL: 'https://api.synctera.example/',
  SYNCTERA_API_KEY: 'the-api-key',
}

const KEY = Buffer.alloc(32, 1).toString('base64')

function written(manifest: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-')), 'manifest.json')
  writeFileSync(file, JSON.stringify(manifest))
  return file
}

function problems(change: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig({ ...GOOD, ...change })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

test('the settings that must be there are enough', () => {
  const config = readConfig(GOOD)
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 4000,
    requestTimeoutMs: 15_000,
    httpClient: 'undici',
    cors: { origins: [], headers: [], allowsLoopback: false },
  })
  expect(config.providers.synctera).toMatchObject({
    timeoutMs: 10_000,
    maxConcurrency: 64,
    settings: { url: 'https://api.synctera.example' },
  })
})

test('WEB_CONCURRENCY, which platforms set by themselves, changes nothing', () => {
  expect(JSON.stringify(readConfig({ ...GOOD, WEB_CONCURRENCY: '4' }))).toBe(JSON.stringify(readConfig(GOOD)))
})

describe('a setting that cannot be used is named', () => {
  test.each<[Record<string, string | undefined>, string]>([
    [{ AUTH_ISSUER: undefined }, 'AUTH_ISSUER is missing'],
    [{ AUTH_AUDIENCE: '  ' }, 'AUTH_AUDIENCE is missing'],
    [{ AUTH_JWKS_URL: 'issuer.example' }, 'AUTH_JWKS_URL must be an http or https URL'],
    [{ AUTH_AUDIENCE: undefined, AUTH_CLIENTS: ' , ' }, 'AUTH_AUDIENCE is missing'],
    [{ AUTH_MAX_TOKEN_LIFETIME_SECONDS: '0' }, 'AUTH_MAX_TOKEN_LIFETIME_SECONDS must be a whole number from 60'],
    [{ AUTH_TOKEN_TYPE: 'JWT' }, 'AUTH_TOKEN_TYPE must be one of any, at+jwt'],
    [{ AUTH_DPOP: 'on' }, 'AUTH_DPOP must be one of off, allow, require'],
    [{ PUBLIC_URL: 'api.example' }, 'PUBLIC_URL must be a comma list of http or https URLs'],
    [{ PUBLIC_URL: 'https://api.example/?a=1' }, 'PUBLIC_URL must be a comma list of http or https URLs'],
    [{ TLS_CLIENT_CERT_HEADER: 'client-cert' }, 'TLS_CLIENT_CERT_HEADER needs TRUST_PROXY with the addresses'],
    [{ TLS_CLIENT_CERT_HEADER: 'client-cert', TRUST_PROXY: '1' }, 'TLS_CLIENT_CERT_HEADER needs TRUST_PROXY'],
    [{ TLS_CLIENT_CERT_HEADER: 'client cert', TRUST_PROXY: 'loopback' }, 'TLS_CLIENT_CERT_HEADER must be the name'],
    [{ TLS_CLIENT_CERT: 'request' }, 'TLS_CLIENT_CERT=request needs TLS_CERT_FILE'],
    [{ AUTH_INTROSPECTION_URL: 'http://issuer.example/introspect' }, 'AUTH_INTROSPECTION_URL would be reached without'],
    [
      { AUTH_INTROSPECTION_URL: 'https://issuer.example/introspect', AUTH_INTROSPECTION_CLIENT_ID: 'id' },
      'AUTH_INTROSPECTION_CLIENT_ID and AUTH_INTROSPECTION_CLIENT_SECRET belong together',
    ],
    [{ AUTH_ISSUERS_FILE: 'package.json' }, 'AUTH_ISSUERS_FILE must hold a JSON list of objects'],
    [{ AUTH_ISSUERS_FILE: written([7]) }, 'AUTH_ISSUERS_FILE, entry 1 is no object'],
    [
      { AUTH_ISSUERS_FILE: written([{ AUTH_DPOP: 'off' }]) },
      'AUTH_ISSUERS_FILE, entry 1 has a member that is no setting',
    ],
    [{ AUTH_ISSUERS_FILE: written([{}]) }, 'AUTH_ISSUERS_FILE, entry 1: AUTH_ISSUER is missing'],
    [
      {
        AUTH_ISSUERS_FILE: written([
          { AUTH_ISSUER: 'https://b.example', AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'http://b.example/jwks' },
        ]),
      },
      'AUTH_ISSUERS_FILE, entry 1: AUTH_JWKS_URL would be reached without encryption',
    ],
    [
      {
        AUTH_ISSUERS_FILE: written([
          { AUTH_ISSUER: GOOD.AUTH_ISSUER, AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'https://b.example/jwks' },
        ]),
      },
      'AUTH_ISSUERS_FILE names an issuer twice',
    ],
    [
      {
        AUTH_ISSUERS_FILE: written([
          { AUTH_ISSUER: 'http://127.0.0.1:4000', AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'http://127.0.0.1:4000/jwks' },
        ]),
      },
      'AUTH_ISSUER is that of development',
    ],
    [{ SYNCTERA_API_KEY: undefined }, 'SYNCTERA_API_KEY (or SYNCTERA_API_KEY_FILE) is missing'],
    [{ SYNCTERA_URL: 'ftp://x' }, 'SYNCTERA_URL must be an http or https URL'],
    [{ SYNCTERA_URL: 'https://user:secret@x' }, 'SYNCTERA_URL must be an http or https URL without credentials'],
    [{ SYNCTERA_URL: 'https://x/v0' }, 'SYNCTERA_URL must be the base URL without /v0, which the server adds'],
    [{ SYNCTERA_URL: 'https://gateway.example/synctera/V0/' }, 'SYNCTERA_URL must be the base URL without /v0'],
    [{ PORT: '4000x' }, 'PORT must be a whole number from 0 to 65535'],
    [{ SYNCTERA_TIMEOUT_MS: '0' }, 'SYNCTERA_TIMEOUT_MS must be a whole number'],
    [{ HTTP_CLIENT: 'curl' }, 'HTTP_CLIENT must be one of undici, node-fetch'],
    [{ LOG_FORMAT: 'text' }, 'LOG_FORMAT must be one of json, pretty'],
    [{ LOG_OPERATIONS: 'some' }, 'LOG_OPERATIONS must be one of notable, all'],
    [{ SYNCTERA_PROPAGATE_TRACE: 'yes' }, 'SYNCTERA_PROPAGATE_TRACE must be one of on, off'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT would be reached without'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL must be one of http/protobuf, http/json'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'x-key' }, 'OTEL_EXPORTER_OTLP_HEADERS must be a comma list of name=value'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=%zz' }, 'OTEL_RESOURCE_ATTRIBUTES must be a comma list of name=value'],
    [{ OTEL_TRACES_SAMPLER: 'some' }, 'OTEL_TRACES_SAMPLER must be one of always_on, always_off'],
    [{ OTEL_TRACES_SAMPLER_ARG: '10 %' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
    [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
    [{ REDIS_URL: 'redis://x' }, 'STORE_ENCRYPTION_KEY is missing'],
    [
      { REDIS_URL: 'http://x', STORE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') },
      'REDIS_URL must be redis:// or rediss://',
    ],
    [
      { REDIS_URL: 'redis+sentinel://a:1,b:2', STORE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') },
      'or redis+sentinel://host:port,host:port/name',
    ],
    [{ WRITE_LEASE_SECONDS: '31' }, 'WRITE_LEASE_SECONDS must be a whole number from 1 to 30'],
    [{ STORE_ENCRYPTION_KEY: 'c2hvcnQ=' }, 'STORE_ENCRYPTION_KEY must be 32 bytes in base64'],
    [
      { SYNCTERA_API_KEY: undefined, SYNCTERA_API_KEY_FILE: '/nowhere/at/all' },
      'SYNCTERA_API_KEY_FILE names a file that cannot be read',
    ],
    [
      { SYNCTERA_URL: undefined },
      'no provider is configured: set at least one of OBP_URL, SYNCTERA_URL, APITURE_URL, SEI_URL, BANFICO_URL, or TENANTS_FILE',
    ],
    [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS must be a comma list of origins'],
    [{ CORS_ORIGINS: 'https://app.example,https://app.example/path' }, 'CORS_ORIGINS must be a comma list of origins'],
    [{ CORS_ORIGINS: 'null' }, 'CORS_ORIGINS must be a comma list of origins'],
    [{ CORS_HEADERS: '*' }, 'CORS_HEADERS must be a comma list of header names'],
    [{ CORS_HEADERS: 'x-tenant, x y' }, 'CORS_HEADERS must be a comma list of header names'],
    [{ CORS_HEADERS: 'x-tenant: 1' }, 'CORS_HEADERS must be a comma list of header names'],
    [{ SAFELIST: 'on' }, 'SAFELIST must be one of off, log, enforce'],
    [{ SAFELIST_FILE: '/nowhere/at/all' }, 'SAFELIST_FILE names a file that cannot be read'],
    [{ SAFELIST_FILE: 'package.json' }, 'SAFELIST_FILE is not a persisted query manifest of version 1'],
    [
      {
        SAFELIST_FILE: written({
          format: 'apollo-persisted-query-manifest',
          version: 1,
          operations: [{ id: 'x', body: '{ a } { b }' }],
        }),
      },
      'SAFELIST_FILE has a body that is not exactly one operation',
    ],
    [
      {
        SAFELIST_FILE: written({
          format: 'apollo-persisted-query-manifest',
          version: 1,
          operations: [
            { id: 'x', body: '{ a }' },
            { id: 'x', body: '{ b }' },
          ],
        }),
      },
      'SAFELIST_FILE has two operations of one id',
    ],
    [
      { SAFELIST_FILE: written({ format: 'apollo-persisted-query-manifest', version: 1, operations: [null] }) },
      'SAFELIST_FILE has an operation without id or body',
    ],
    [{ HTTPS_PROXY: 'ftp://proxy.test' }, 'HTTPS_PROXY must be the http or https URL of a proxy'],
    [{ HTTP_PROXY: 'http://user:%zz@proxy.test' }, 'HTTP_PROXY must be the http or https URL of a proxy'],
    [{ http_proxy: 'proxy.test:3128' }, 'HTTP_PROXY must be the http or https URL of a proxy'],
    [{ SYNCTERA_PROXY_URL: 'user:secret@proxy' }, 'SYNCTERA_PROXY_URL must be the http or https URL of a proxy'],
    [{ SYNCTERA_MAX_RESPONSE_BYTES: '0' }, 'SYNCTERA_MAX_RESPONSE_BYTES must be a whole number from 1024 to 268435456'],
    [{ SYNCTERA_KEEP_ALIVE_MS: '-1' }, 'SYNCTERA_KEEP_ALIVE_MS must be a whole number from 0 to 600000'],
    [{ SYNCTERA_CA_FILE: 'package.json' }, 'SYNCTERA_CA_FILE holds no certificate in PEM'],
    [{ REDIS_CA_FILE: 'package.json' }, 'REDIS_CA_FILE needs a REDIS_URL that is rediss://'],
    [{ ALLOW_PLAINTEXT: 'yes' }, 'ALLOW_PLAINTEXT must be one of true, false'],
  ])('%j', (change, expected) => {
    expect(problems(change).join('\n')).toContain(expected)
  })
})

describe('what development does is refused', () => {
  test.each(['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000'])(
    '%s as the issuer, even where plain connections are allowed',
    (AUTH_ISSUER) => {
      for (const ALLOW_PLAINTEXT of ['true', 'false'])
        expect(problems({ AUTH_ISSUER, ALLOW_PLAINTEXT })).toEqual([
          'AUTH_ISSUER is that of development; its tokens are for everybody',
        ])
    },
  )

  test.each<[string, Record<string, string>]>([
    ['SYNCTERA_URL', { SYNCTERA_URL: 'http://synctera.internal' }],
    ['AUTH_JWKS_URL', { AUTH_JWKS_URL: 'http://issuer.internal/jwks' }],
    ['AUTH_JWKS_URL', { AUTH_JWKS_URL: 'http://127.0.0.1.evil.example/jwks' }],
    [
      'BANFICO_TOKEN_URL',
      {
        BANFICO_URL: 'https://banfico.example',
        BANFICO_TOKEN_URL: 'http://issuer.internal/token',
        BANFICO_CLIENT_ID: 'x',
        BANFICO_CLIENT_SECRET: 'x',
      },
    ],
    ['REDIS_URL', { REDIS_URL: 'redis://one.internal,redis://:secret@two.internal', STORE_ENCRYPTION_KEY: KEY }],
  ])('a plain connection to another machine as %s, unless it is asked for', (name, change) => {
    expect(problems(change)).toEqual([
      `${name} would be reached without encryption: use TLS, or say ALLOW_PLAINTEXT=true where something else encrypts`,
    ])
    expect(readConfig({ ...GOOD, ...change, ALLOW_PLAINTEXT: 'true' }).plaintext).toEqual([name])
  })

  test('but not one to this machine, where a proxy may stand', () => {
    const config = readConfig({
      ...GOOD,
      SYNCTERA_URL: 'http://localhost:15001',
      AUTH_JWKS_URL: 'http://[::1]:15002/jwks',
      REDIS_URL: 'redis://127.0.0.1',
      STORE_ENCRYPTION_KEY: KEY,
    })
    expect(config.plaintext).toEqual([])
  })
})

test('all problems are listed at once, by name and never by value', () => {
  const found = problems({ AUTH_ISSUER: undefined, PORT: 'secret-port', SYNCTERA_URL: 'not-a-url-secret' })
  expect(found).toHaveLength(3)
  expect(found.join('\n')).not.toContain('secret')
})

test('a secret may come from a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-')), 'key')
  writeFileSync(file, 'from-a-file\n')
  const config = readConfig({ ...GOOD, SYNCTERA_API_KEY: undefined, SYNCTERA_API_KEY_FILE: file })
  expect(config.providers.synctera!.settings).toMatchObject({ apiKey: 'from-a-file' })
})

test.each<[settings: Record<string, string>, url: string | undefined]>([
  [{}, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example:4318/' }, 'https://collector.example:4318/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/otlp' }, 'https://collector.example/otlp/v1/traces'],
  [
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
    },
    'https://traces.example/in',
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', OTEL_SDK_DISABLED: 'true' }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', OTEL_TRACES_EXPORTER: 'none' }, undefined],
])('with %j traces are sent to %s', (settings, url) => {
  expect(readConfig({ ...GOOD, ...settings }).traces.destination?.url).toBe(url)
})
