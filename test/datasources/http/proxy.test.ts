import { mkdtempSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { proxyFor } from '../../../datasources/http/proxy.js'
import { type App, startApp } from '../../support/app.js'
import { type Proxy, startProxy } from '../../support/proxy.js'

const PERSON = `{ person(id: "${ADA.personId}") { id } }`
const CREATE = 'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }'
const MEETINGS = '{ meetings { id } }'
const MEET =
  'mutation { createMeeting(input: { providerId: "p", purposeId: "p", date: "2030-01-01T00:00:00Z", creator: { name: "Sue", mobilePhone: "", emailAddress: "" }, invitees: [] }) { replayed } }'
const CHECK_ACCOUNT =
  'mutation { verifyAccount(input: { types: [STATUS], account: { idScheme: SCAN, id: "12345612345678" } }) { result { id } } }'
const SET_ATTRIBUTES = `mutation { setAccountAttributes(input: { externalId: "${ADA.seiExternalId}", attributes: [{ name: "LineOfCreditAccountNumber", value: "true" }] }) { job { key } } }`
const ENTITLE = `mutation { setAccountEntitlements(input: {
  bankingCustomerId: "${ADA.bankingCustomerId}", accounts: [{ accountNumber: "1001", productCode: "DDA_01" }]
  electronicStatementElection: true, electronicDocumentElection: true, roles: {}
}) { replayed } }`
const hostOf = (url: string) => new URL(url).host
const codes = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code)

describe('NO_PROXY', () => {
  const settings = { http: 'http://plain:1', https: 'http://tls:1' }
  const direct = (except: string[], url: string) => proxyFor(new URL(url), { ...settings, except }) === undefined

  test.each([
    ['*', 'https://api.example.com/', true],
    ['api.example.com', 'https://api.example.com/', true],
    ['API.Example.com', 'https://api.example.com/', true],
    ['example.com', 'https://api.example.com/', true],
    ['.example.com', 'https://api.example.com/', true],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['ple.com', 'https://example.com/', false],
    ['api.example.com', 'https://example.com/', false],
    ['example.com:443', 'https://example.com/', true],
    ['example.com:8443', 'https://example.com/', false],
    ['example.com:80', 'http://example.com/', true],
    ['10.0.0.1', 'http://10.0.0.1:8080/', true],
    ['::1', 'http://[::1]:8080/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['[::1]:8081', 'http://[::1]:8080/', false],
    ['api.example.com.', 'https://api.example.com/', true],
    ['api.example.com', 'https://api.example.com./', true],
    ['0:0:0:0:0:0:0:1', 'http://[::1]:8080/', true],
    ['[2001:DB8::0:1]:443', 'https://[2001:db8::1]/', true],
    ['10.0.0.0/8', 'http://10.20.30.40:8080/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['10.0.0.0/8', 'http://10.example.com/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['fd00::/8', 'http://[fe80::1]/', false],
    ['0.0.1', 'http://10.0.0.1/', false],
    ['10.0.0.0/99', 'http://10.0.0.1/', false],
  ])('of %s is asked for %s: direct is %s', (entry, url, isDirect) => {
    expect(direct([entry], url)).toBe(isDirect)
    expect(direct(['other.test', entry], url)).toBe(isDirect)
    expect(direct([], url)).toBe(false)
  })

  test('leaves the proxy of the scheme', () => {
    expect(proxyFor(new URL('http://a.test'), { ...settings, except: [] })).toBe('http://plain:1')
    expect(proxyFor(new URL('https://a.test'), { ...settings, except: [] })).toBe('http://tls:1')
    expect(
      proxyFor(new URL('https://a.test'), { http: 'http://plain:1', https: undefined, except: [] }),
    ).toBeUndefined()
  })
})

let base: App
let proxy: Proxy
let oddProxy: net.Server
/** What the odd proxy answers before it closes. */
let oddAnswer: string
/** The URL of a server that answers every request with this, and closes. */
function other(answer: string): string {
  oddAnswer = answer
  return `http://127.0.0.1:${(oddProxy.address() as AddressInfo).port}`
}
beforeAll(async () => {
  base = await startApp()
  oddProxy = net.createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(oddAnswer))
  })
  await once(oddProxy.listen(0, '127.0.0.1'), 'listening')
  proxy = await startProxy('kyc', 's3cret@word')
})
beforeEach(() => {
  base.clear()
  proxy.targets.length = 0
})
afterAll(async () => {
  await base.close()
  proxy.close()
  oddProxy.close()
})

describe.each(['undici', 'node-fetch'])('through %s, a forward proxy', (HTTP_CLIENT) => {
  test('tunnels calls, token requests and the JWKS, and its credentials are in no log', async () => {
    const app = await startApp({ HTTP_CLIENT, HTTP_PROXY: proxy.url }, base)
    const answers = [await app.run(PERSON), await app.run(CREATE), await app.run(MEETINGS)]
    expect(answers.flatMap(codes)).toEqual([])
    expect(new Set(proxy.targets)).toEqual(
      new Set([hostOf(base.ground.jwksUrl), hostOf(base.emulators.synctera.url), hostOf(base.emulators.obp.url)]),
    )
    for (const { headers } of [...base.emulators.synctera.calls(), ...base.emulators.obp.calls()])
      expect(headers).not.toHaveProperty('proxy-authorization')
    expect(app.log()).not.toMatch(/s3cret|kyc:|@127/)
    await app.close()
    await expect.poll(() => proxy.tunnels.size).toBe(0)
  })

  test('tunnels the calls and the token requests of all providers, also where a token endpoint has a host of its own', async () => {
    const { BANFICO_TOKEN_URL, APITURE_TOKEN_URL, SEI_URL } = base.ground.settings
    const tokens = Object.entries({
      BANFICO_TOKEN_URL,
      APITURE_TOKEN_URL,
      SEI_TOKEN_URL: `${SEI_URL!}/v2/oauthtoken`,
    }).map(([name, url]) => [name, url!.replace('127.0.0.1', 'localhost')] as const)
    const app = await startApp({ HTTP_CLIENT, HTTP_PROXY: proxy.url, ...Object.fromEntries(tokens) }, base)
    for (const operation of [PERSON, MEETINGS, CHECK_ACCOUNT, SET_ATTRIBUTES, ENTITLE])
      expect(codes(await app.run(operation))).toEqual([])
    expect(proxy.targets).toEqual(
      expect.arrayContaining([
        ...Object.values(base.emulators).map(({ url }) => hostOf(url)),
        ...tokens.map(([, url]) => hostOf(url)),
      ]),
    )
    await app.close()
  })

  test('is used for one provider alone, and not for the hosts of NO_PROXY', async () => {
    const app = await startApp(
      { HTTP_CLIENT, http_proxy: 'http://127.0.0.1:9', NO_PROXY: 'example.com, 127.0.0.1', OBP_PROXY_URL: proxy.url },
      base,
    )
    expect([await app.run(PERSON), await app.run(MEETINGS)].flatMap(codes)).toEqual([])
    expect(new Set(proxy.targets)).toEqual(new Set([hostOf(base.emulators.obp.url)]))
    await app.close()
  })

  test.each([
    ['does not listen', () => 'http://kyc:s3cret@127.0.0.1:9'],
    ['refuses the credentials', () => proxy.url.replace('s3cret', 'other')],
    ['is no proxy', () => base.emulators.synctera.url],
    ['answers a tunnel with a redirect', () => other('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\n\r\n')],
    ['speaks another protocol', () => other('SSH-2.0-OpenSSH_9.6\r\n')],
    ['closes without an answer', () => other('')],
    ['answers a head without end', () => other(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(100_000)}`)],
  ])('that %s is PROVIDER_UNAVAILABLE, and a write was not sent', async (_what, url) => {
    const app = await startApp({ HTTP_CLIENT, SYNCTERA_PROXY_URL: url(), OBP_PROXY_URL: url() }, base)
    for (const operation of [PERSON, CREATE, MEET]) {
      const [error] = (await app.run(operation)).errors
      expect(error).toMatchObject({ extensions: { code: 'PROVIDER_UNAVAILABLE', retryable: true } })
      expect(JSON.stringify(error)).not.toMatch(/s3cret|other@|127\.0/)
    }
    expect(app.log()).not.toMatch(/s3cret|other@/)
    expect([...base.calls('obp'), ...base.calls('synctera').filter((call) => !call.startsWith('CONNECT'))]).toEqual([])
    await app.close()
  })

  test('tunnels TLS, which ends at the provider', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    })
    const caFile = join(mkdtempSync(join(tmpdir(), 'kyc-proxy-')), 'ca.pem')
    writeFileSync(caFile, cert)
    const server = https.createServer({ cert, key }, (request, response) => {
      const onward = http.request(
        base.emulators.synctera.url + request.url!,
        { headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers)
          answer.pipe(response)
        },
      )
      request.pipe(onward)
    })
    server.on('tlsClientError', () => undefined)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const settings = { HTTP_CLIENT, HTTPS_PROXY: proxy.url, SYNCTERA_URL: `https://localhost:${port}` }
    const trusting = await startApp({ ...settings, SYNCTERA_CA_FILE: caFile }, base)
    const plain = await startApp(settings, base)
    expect((await trusting.run(PERSON)).data).toEqual({ person: { id: ADA.personId } })
    expect(codes(await plain.run(CREATE))).toEqual(['PROVIDER_UNAVAILABLE'])
    expect(new Set(proxy.targets)).toEqual(new Set([`localhost:${port}`]))
    await Promise.all([trusting.close(), plain.close()])
    server.close()
    server.closeAllConnections()
  })
})

test.each(['undici', 'node-fetch'])(
  'every request names this server, and says what it reads, by %s',
  async (HTTP_CLIENT) => {
    const seen: http.IncomingHttpHeaders[] = []
    const issuer = http.createServer((request, response) => {
      seen.push(request.headers)
      http.get(base.ground.jwksUrl, (answer) => answer.pipe(response))
    })
    await once(issuer.listen(0, '127.0.0.1'), 'listening')
    const app = await startApp(
      { HTTP_CLIENT, AUTH_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/` },
      base,
    )
    await Promise.all([PERSON, MEETINGS, CHECK_ACCOUNT, SET_ATTRIBUTES, ENTITLE].map((operation) => app.run(operation)))
    const requests = Object.values(base.emulators).flatMap((emulator) => emulator.calls())
    for (const login of ['/my/logins/direct', '/oauth/token', '/v2/oauthtoken', '/oidc/token'])
      expect(requests.some(({ url }) => url.includes(login))).toBe(true)
    for (const { headers } of requests) {
      expect(headers['user-agent']).toMatch(/^kyc-graph\/\d+\.\d+\.\d+/)
      expect(headers['accept']).toBe('application/json, application/problem+json')
    }
    expect(seen.map((headers) => headers['user-agent'])).toEqual([requests[0]!.headers['user-agent']])
    await app.close()
    issuer.close()
    issuer.closeAllConnections()
  },
)
