import { randomBytes, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { authority, certificate, type Signed } from '../support/certificates.js'
import { freePort, type PrivateRedis, privateRedis } from '../support/redis.js'
import { folder, write } from '../support/tenants-file.js'

const directory = folder()
function file(name: string, text: string): string {
  write(`${directory}/${name}`, text)
  return `${directory}/${name}`
}

interface Deployment {
  readonly url: string
  /** The servers with their plain ports, by which this test speaks to them. */
  readonly servers: readonly PrivateRedis[]
}

let cas: Signed[]
let app: App
beforeAll(async () => {
  cas = await Promise.all([authority('first'), authority('second')])
  app = await startApp()
})
afterAll(() => app.close())

/** A server with TLS, which demands a certificate of its clients. */
async function secured(kind: string, own: Signed, more: readonly string[] = [], sentinel = false) {
  const port = await freePort()
  const files = {
    'tls-cert-file': file(`${kind}-server.crt`, own.cert),
    'tls-key-file': file(`${kind}-server.key`, own.key),
    'tls-ca-cert-file': file(`${kind}-clients.crt`, cas.map(({ cert }) => cert).join('\n')),
  }
  const tls = Object.entries({
    ...files,
    'tls-port': String(port),
    'tls-auth-clients': 'yes',
    'tls-replication': 'yes',
  })
  return {
    port,
    server: await privateRedis([...tls.flatMap(([name, value]) => [`--${name}`, value]), ...more], undefined, sentinel),
  }
}

const DEPLOYMENTS: Readonly<Record<string, (own: Signed) => Promise<Deployment>>> = {
  async server(own) {
    const { port, server } = await secured('server', own)
    return { url: `rediss://127.0.0.1:${port}`, servers: [server] }
  },
  async cluster(own) {
    const { port, server } = await secured('cluster', own, [
      '--cluster-enabled',
      'yes',
      '--tls-cluster',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
    ])
    const admin = new Redis(server.url)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await expect.poll(() => admin.cluster('INFO')).toContain('cluster_state:ok')
    admin.disconnect()
    return { url: `rediss://127.0.0.1:${port},rediss://localhost:${port}`, servers: [server] }
  },
  async sentinel(own) {
    const primary = await secured('sentinel', own)
    const sentinel = await secured('sentinel', own, ['--sentinel monitor', `main 127.0.0.1 ${primary.port} 1`], true)
    return { url: `rediss+sentinel://127.0.0.1:${sentinel.port}/main`, servers: [primary.server, sentinel.server] }
  },
}

const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { replayed } }'

/** Keyed writes, each twice, until it is stopped; what was answered otherwise than it should. */
function load(of: App) {
  let isStopped = false
  let writes = 0
  const failures: unknown[] = []
  const running = (async () => {
    while (!isStopped) {
      const key = randomUUID()
      for (const replayed of [false, true]) {
        const { data, errors } = await of.run(CREATE, { key })
        if (data?.createPerson?.replayed !== replayed) failures.push(errors)
      }
      writes += 1
    }
  })()
  return {
    async turn() {
      const before = writes
      await expect.poll(() => writes, { timeout: 10_000 }).toBeGreaterThan(before + 1)
    },
    async stop() {
      isStopped = true
      await running
      return failures
    },
  }
}

test.each(Object.keys(DEPLOYMENTS))(
  'a %s: its certificate, the authority and the certificate of this server change under load',
  async (kind) => {
    const [first, second, client, nextClient] = await Promise.all([
      certificate('redis', cas[0]!),
      certificate('redis', cas[1]!),
      certificate('kyc-graph', cas[0]!),
      certificate('kyc-graph', cas[1]!),
    ])
    const { url, servers } = await DEPLOYMENTS[kind]!(first)
    const admins = servers.map((server) => new Redis(server.url))
    const name = (what: string) => `${kind}-${what}`
    const own = await startApp(
      {
        REDIS_URL: url,
        REDIS_CA_FILE: file(name('ca'), cas[0]!.cert),
        REDIS_CERT_FILE: file(name('crt'), client.cert),
        REDIS_KEY_FILE: file(name('key'), client.key),
        STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        RATE_LIMIT_COST_PER_MINUTE: '0',
      },
      app,
    )
    const until = async (act: () => unknown) => {
      const count = () => own.log().split('the access to Redis was read again').length
      const before = count()
      act()
      await expect.poll(count, { timeout: 10_000 }).toBeGreaterThan(before)
    }
    const running = load(own)
    await running.turn()

    await until(() => file(name('ca'), `${cas[0]!.cert}\n${cas[1]!.cert}`))
    // Written one after the other: a certificate without its key is told, and changes nothing.
    await until(() => {
      file(name('crt'), nextClient.cert)
      file(name('key'), nextClient.key)
    })
    // A Sentinel has its certificate for as long as it runs, so the primary goes on to trust it.
    const isWatched = kind === 'sentinel'
    const certificates = [
      'tls-cert-file',
      file(name('next.crt'), second.cert),
      'tls-key-file',
      file(name('next.key'), second.key),
    ]
    const clients = ['tls-ca-cert-file', file(name('next-clients.crt'), cas[1]!.cert)]
    await admins[0]!.call('CONFIG', 'SET', ...certificates, ...(isWatched ? [] : clients))
    await until(() => file(name('ca'), isWatched ? `${cas[1]!.cert}\n${cas[0]!.cert}` : cas[1]!.cert))
    await running.turn()
    expect(await running.stop()).toEqual([])

    // Connections that are made from now on have the new certificates.
    for (const admin of admins) await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await expect
      .poll(async () => (await own.run(CREATE, { key: randomUUID() })).errors, { timeout: 10_000 })
      .toEqual([])
    for (const admin of admins) admin.disconnect()
    await own.close()
    await Promise.all(servers.map((server) => server.kill()))
  },
  40_000,
)
