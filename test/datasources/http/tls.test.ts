import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { authority, certificate, type Signed } from '../../support/certificates.js'
import { build, exitOf, run, urlOf } from '../../support/build.js'
import { startProcess } from '../../support/processes.js'
import { startProxy } from '../../support/proxy.js'
import { type App, startApp } from '../../support/app.js'
import { redisProgram } from '../../support/redis.js'

const folder = mkdtempSync(join(tmpdir(), 'kyc-tls-'))
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** A TLS-terminating proxy before a plain server; records the client certificates. */
async function gateway(
  target: string,
  tls: https.ServerOptions,
): Promise<{ url: string; clients: string[]; close: () => void }> {
  const clients: string[] = []
  const server = https.createServer(tls, (request, response) => {
    clients.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN?.toString() ?? '')
    const onward = http.request(
      target + request.url!,
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      },
    )
    request.pipe(onward)
  })
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

let ca: Signed
let other: Signed
let own: Signed
let caFile: string
let app: App
beforeAll(async () => {
  ca = await authority('A bank of ours')
  other = await authority('Somebody else')
  own = await certificate('gateway', ca)
  caFile = file('ca.pem', ca.cert)
  app = await startApp()
})
afterAll(() => app.close())

const PERSON = `{ person(id: "${ADA.personId}") { id } }`
const codeOf = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) => errors[0]?.extensions.code

describe.each(['undici', 'node-fetch'])(
  'a provider with a certificate of a private authority, through %s',
  (HTTP_CLIENT) => {
    test('is reached only with the authority configured', async () => {
      const synctera = await gateway(app.emulators.synctera.url, own)
      const settings = { HTTP_CLIENT, SYNCTERA_URL: synctera.url }
      const trusting = await startApp({ ...settings, SYNCTERA_CA_FILE: caFile }, app)
      const plain = await startApp(settings, app)
      const elsewhere = await startApp({ ...settings, SYNCTERA_CA_FILE: file('other.pem', other.cert) }, app)
      expect((await trusting.run(PERSON)).data).toEqual({ person: { id: ADA.personId } })
      expect(codeOf(await plain.run(PERSON))).toBe('PROVIDER_UNAVAILABLE')
      expect(codeOf(await elsewhere.run(PERSON))).toBe('PROVIDER_UNAVAILABLE')
      expect(synctera.clients).toHaveLength(1)
      await Promise.all([trusting.close(), plain.close(), elsewhere.close()])
      synctera.close()
    })

    test('receives the client certificate, also at its token endpoint', async () => {
      const client = await certificate('kyc-graph', ca)
      const sei = await gateway(app.emulators.sei.url, {
        ...own,
        ca: ca.cert,
        requestCert: true,
        rejectUnauthorized: true,
      })
      const settings = { HTTP_CLIENT, SEI_URL: sei.url, SEI_TOKEN_URL: `${sei.url}/v2/oauthtoken`, SEI_CA_FILE: caFile }
      const known = await startApp(
        {
          ...settings,
          SEI_CLIENT_CERT_FILE: file('client.pem', client.cert),
          SEI_CLIENT_KEY_FILE: file('client.key', client.key),
        },
        app,
      )
      const unknown = await startApp(settings, app)
      const write = `mutation { setAccountAttributes(input: { externalId: "${ADA.seiExternalId}", attributes: [{ name: "LineOfCreditAccountNumber", value: "true" }] }) { job { key } } }`
      expect(codeOf(await unknown.run(write))).toBeDefined()
      expect(sei.clients).toEqual([])
      expect((await known.run(write)).errors).toEqual([])
      expect(sei.clients).toEqual(['kyc-graph', 'kyc-graph'])
      await Promise.all([known.close(), unknown.close()])
      sei.close()
    })
  },
)

describe.each(['undici', 'node-fetch'])('a forward proxy that is reached by https://, through %s,', (HTTP_CLIENT) => {
  const CREATE = 'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }'
  const MEETINGS = '{ meetings { id } }'

  test('tunnels calls, TLS of a provider, token requests and the JWKS, where its authority is trusted', async () => {
    build()
    app.clear()
    const [proxy, synctera, issuer] = await Promise.all([
      startProxy('kyc', 's3cret@word', own),
      gateway(app.emulators.synctera.url, own),
      gateway(new URL(app.ground.jwksUrl).origin, own),
    ])
    const started = run({
      ...app.ground.settings,
      HTTP_CLIENT,
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      SYNCTERA_URL: synctera.url,
      PORT: '0',
      AUTH_ISSUER: app.ground.issuer.issuer,
      AUTH_AUDIENCE: 'kyc-graph',
      AUTH_JWKS_URL: `${issuer.url}/oauth/jwks`,
      NODE_EXTRA_CA_CERTS: caFile,
    })
    const url = await urlOf(started)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` }
    for (const query of [PERSON, CREATE, MEETINGS]) {
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
      expect(await response.json()).not.toHaveProperty('errors')
    }
    expect(new Set(proxy.targets)).toEqual(
      new Set([synctera.url, issuer.url, app.emulators.obp.url].map((target) => new URL(target).host)),
    )
    for (const call of [...app.emulators.synctera.calls(), ...app.emulators.obp.calls()])
      expect(call.headers).not.toHaveProperty('proxy-authorization')
    expect(app.emulators.obp.calls().map(({ url: path }) => path)).toContain('/my/logins/direct')
    started.child.kill('SIGTERM')
    await exitOf(started.child)
    expect(started.output()).not.toMatch(/s3cret|kyc:/)
    for (const { close } of [proxy, synctera, issuer]) close()
  }, 120_000)

  test.each([
    ['whose authority is not trusted', (url: string) => url],
    ['that speaks no TLS', (url: string) => url.replace(/^http:/, 'https:')],
  ])('%s is PROVIDER_UNAVAILABLE, and a write was not sent', async (what, change) => {
    app.clear()
    const proxy = await startProxy('kyc', 's3cret', what.startsWith('whose') ? own : undefined)
    const SYNCTERA_PROXY_URL = change(proxy.url)
    const behind = await startApp({ HTTP_CLIENT, SYNCTERA_PROXY_URL, OBP_PROXY_URL: SYNCTERA_PROXY_URL }, app)
    for (const operation of [PERSON, CREATE, MEETINGS]) {
      const [error] = (await behind.run(operation)).errors
      expect(error).toMatchObject({ extensions: { code: 'PROVIDER_UNAVAILABLE', retryable: true } })
      expect(JSON.stringify(error)).not.toMatch(/s3cret|127\.0/)
    }
    expect([...proxy.targets, ...behind.calls('synctera'), ...behind.calls('obp')]).toEqual([])
    expect(behind.log()).not.toMatch(/s3cret/)
    await behind.close()
    proxy.close()
  })
})

test('Redis is reached over TLS only with its authority configured', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const redis = startProcess(
    redisProgram(),
    [
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--tls-auth-clients',
      'no',
      '--tls-cert-file',
      file('redis.pem', own.cert),
      '--tls-key-file',
      file('redis.key', own.key),
      '--tls-ca-cert-file',
      caFile,
    ],
    { stdio: 'ignore' },
  )
  const settings = {
    REDIS_URL: `rediss://127.0.0.1:${port}`,
    STORE_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'),
  }
  const trusting = await startApp({ ...settings, REDIS_CA_FILE: caFile }, app)
  const plain = await startApp(settings, app)
  const status = async (to: App) => (await fetch(`${to.url}/ready`)).status
  await expect.poll(() => status(trusting), { timeout: 20_000 }).toBe(200)
  expect(await status(plain)).toBe(503)
  await Promise.all([trusting.close(), plain.close()])
  redis.kill('SIGKILL')
  await once(redis, 'exit')
})

test("the issuer's keys are read over TLS with NODE_EXTRA_CA_CERTS, and the process starts without a warning about it", async () => {
  build()
  const issuer = await gateway(new URL(app.ground.jwksUrl).origin, own)
  const settings = {
    ...app.ground.settings,
    PORT: '0',
    AUTH_ISSUER: app.ground.issuer.issuer,
    AUTH_AUDIENCE: 'kyc-graph',
    AUTH_JWKS_URL: `${issuer.url}/oauth/jwks`,
  }
  const trusting = run({ ...settings, NODE_EXTRA_CA_CERTS: caFile })
  const plain = await startApp({ AUTH_JWKS_URL: settings.AUTH_JWKS_URL }, app)
  const status = async (url: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` }
    return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{"query":"{viewer{id}}"}' })).status
  }
  expect([await status(await urlOf(trusting)), await status(plain.url)]).toEqual([200, 503])
  trusting.child.kill('SIGTERM')
  await exitOf(trusting.child)
  expect(trusting.output()).not.toMatch(/Warning/)
  await plain.close()
  issuer.close()
}, 120_000)
