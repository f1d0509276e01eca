import { randomBytes, randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { providerEntries } from '../../datasources/index.js'
import { type App, startApp } from '../support/app.js'
import { freePort, redisProgram } from '../support/redis.js'
import { startProcess } from '../support/processes.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const { services, secrets, volumes } = parse(read('deploy/compose.yaml'), { merge: true })
const replicas = Object.keys(services).filter((name) => name.startsWith('kyc-graph-'))
const names = (list: readonly (string | { source: string })[] = []): string[] =>
  list.map((entry) => (typeof entry === 'string' ? entry : entry.source))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kyc-graph-compose-'))
  for (const part of ['compose', 'redis']) cpSync(`deploy/${part}`, join(folder, part), { recursive: true })
  execFileSync(join(folder, 'compose/secrets.sh'))
})

test('three replicas, which nginx and Prometheus know', () => {
  expect(replicas).toHaveLength(3)
  const upstream = [...read('deploy/nginx/kyc-graph.conf').matchAll(/^ +server (\S+) /gm)].map(([, address]) => address)
  expect(upstream).toEqual(replicas.map((name) => `${name}:4000`))
  const [{ static_configs }] = parse(read('deploy/compose/prometheus.yml')).scrape_configs
  expect(static_configs[0].targets).toEqual(replicas.map((name) => `${name}:9090`))
})

test.each(Object.entries<any>(services))('%s: what it names is there, and its rights are few', (_, service) => {
  expect(names(service.secrets).filter((name) => !(name in secrets))).toEqual([])
  expect(Object.keys(service.depends_on ?? {}).filter((name) => !(name in services))).toEqual([])
  const sources = (service.volumes ?? []).map((line: string) => line.split(':')[0]!)
  const isThere = (source: string): boolean =>
    source.startsWith('.') ? existsSync(join('deploy', source)) : source in volumes
  expect(sources.filter((source: string) => !isThere(source))).toEqual([])
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
  expect(service.build ?? /:v?\d/.test(service.image)).toBeTruthy()
  // To this machine alone.
  expect((service.ports ?? []).filter((port: string) => !port.startsWith('127.0.0.1:'))).toEqual([])
})

test('every secret is made by secrets.sh, which keeps what is there', () => {
  const made = () =>
    Object.fromEntries(
      readdirSync(join(folder, 'compose/secrets')).map((name) => [name, read(join(folder, 'compose/secrets', name))]),
    )
  const before = made()
  expect(Object.values<any>(secrets).filter(({ file }) => !(file.split('/').at(-1) in before))).toEqual([])
  execFileSync(join(folder, 'compose/secrets.sh'))
  expect(made()).toEqual(before)
})

describe('a server before the Redis of the recipe', () => {
  let app: App
  beforeAll(async () => {
    const port = await freePort()
    const made = join(folder, 'compose/secrets')
    const config = read('deploy/redis/kyc-graph.conf')
      .replaceAll('/etc/redis/kyc-graph', made)
      .replace('tls-port 6380', `tls-port ${port}`)
    writeFileSync(join(folder, 'redis.conf'), config)
    startProcess(redisProgram(), [join(folder, 'redis.conf'), '--dir', folder, '--bind', '127.0.0.1'], {
      stdio: 'ignore',
    })
    app = await startApp({
      REDIS_URL: `rediss://127.0.0.1:${port}`,
      REDIS_USERNAME: 'kyc-graph',
      REDIS_PASSWORD_FILE: join(made, 'redis-password'),
      REDIS_CA_FILE: join(made, 'redis-ca.crt'),
      STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      AUDIT_LOG: 'redis:kyc:audit',
    })
  })
  afterAll(() => app.close())

  test('keeps writes and the trail there: TLS alone, a user with few rights, nothing evicted', async () => {
    const key = randomUUID()
    const create =
      'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { replayed } }'
    expect((await app.run(create, { key })).errors).toEqual([])
    expect(await app.run(create, { key })).toMatchObject({ data: { createPerson: { replayed: true } }, errors: [] })
    expect(app.log()).not.toMatch(/not usable|append-only|INFO/)
  })

  test('reaches the emulators by what they say of themselves: constants, ports, and secrets as files', () => {
    const { environment } = services[replicas[0]!]
    for (const [i, [provider]] of providerEntries.entries()) {
      const { url, settings } = app.emulators[provider]
      for (const [name, value] of Object.entries(settings)) {
        const stated = value.replace(url, `http://emulators:${4101 + i}`)
        expect([stated, `/run/emulators/${name}`]).toContain(environment[`${name}_FILE`] ?? environment[name])
      }
    }
  })
})
