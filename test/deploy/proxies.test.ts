import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { authority, certificate } from '../support/certificates.js'
import { startProcess } from '../support/processes.js'
import { freePort } from '../support/redis.js'
import { MAX_BODY_BYTES } from '../../src/http/request-body-limit.js'

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-proxies-'))
const read = (path: string): string => readFileSync(path, 'utf8')
/** The examples of names and paths as they are on this machine. */
const local = (text: string): string =>
  text
    .replaceAll(/kyc-graph-\d:4000/g, '127.0.0.1:4000')
    .replaceAll(/\/etc\/(nginx|haproxy)\//g, `${folder}/`)
    .replaceAll('/var/log/nginx/', `${folder}/`)
const put = (path: string, text: string): void => writeFileSync(join(folder, path), text)

beforeAll(async () => {
  mkdirSync(join(folder, 'kyc-graph'))
  const { cert, key } = await certificate('proxy', await authority('proxies'))
  put('kyc-graph/tls.crt', cert)
  put('kyc-graph/tls.key', key)
  put('kyc-graph.pem', `${cert}\n${key}`)
  put('kyc-graph/location.conf', local(read('deploy/nginx/location.conf')))
})

test('nginx takes its recipes', () => {
  for (const name of ['kyc-graph.conf', 'tls.conf']) put(name, local(read(`deploy/nginx/${name}`)))
  put(
    'nginx.conf',
    `pid ${folder}/nginx.pid;\nevents {}\nhttp {\n  access_log off;\n  include kyc-graph.conf;\n  include tls.conf;\n}\n`,
  )
  execFileSync('nginx', ['-t', '-q', '-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'error_log stderr;'])
})

test('HAProxy takes its recipes', () => {
  for (const name of ['kyc-graph.cfg', 'tls.cfg']) put(name, local(read(`deploy/haproxy/${name}`)))
  execFileSync('haproxy', ['-c', '-q', '-f', join(folder, 'kyc-graph.cfg'), '-f', join(folder, 'tls.cfg')])
})

test('both refuse what the server would refuse as too large, and repeat nothing that was sent', () => {
  const [location, haproxy] = [read('deploy/nginx/location.conf'), read('deploy/haproxy/kyc-graph.cfg')]
  expect(location).toContain(`client_max_body_size ${MAX_BODY_BYTES / 1024}k;`)
  expect(haproxy).toContain(`gt ${MAX_BODY_BYTES} }`)
  expect(/proxy_next_upstream (.*);/.exec(location)![1]).toBe('error timeout')
  expect(/retry-on (.*)/.exec(haproxy)![1]).toBe('conn-failure')
})

const SECRETS = /Accepted|customer-7|in-the-referer/

/** Asks a proxy with values in the query string and the referer; what it has logged of that. */
async function askWithValues(port: number, log: () => string): Promise<string> {
  const url = `http://127.0.0.1:${port}/graphql?query=%7BpersonsByName(name:%22Accepted%22)%7Bid%7D%7D&variables=customer-7`
  const headers = { referer: 'https://bank.example/?name=in-the-referer', 'user-agent': 'a-browser' }
  const status = () =>
    request(url, { headers }).then(
      async ({ statusCode, body }) => (await body.dump(), statusCode),
      () => undefined,
    )
  await expect.poll(status, { timeout: 10_000 }).toBeDefined()
  await expect.poll(log, { timeout: 10_000 }).toContain('GET /graphql HTTP/1.1')
  return log()
}

/** A replica that answers everything, and the port of one that does not listen. */
async function replicas(
  asked: RequestListener = () => undefined,
): Promise<readonly [answers: number, refuses: number]> {
  const server = createServer((request, response) => {
    void asked(request, response)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  const refuses = await freePort()
  return [(server.address() as AddressInfo).port, refuses]
}

/** The recipe at a port, with a replica in place of its examples. */
const before = (text: string, port: number, replica: number): string =>
  local(text)
    .replaceAll('127.0.0.1:4000', `127.0.0.1:${replica}`)
    .replace(/(listen|bind) :?8080/, `$1 127.0.0.1:${port}`)

/** nginx with its recipe at a port; returns its logs. */
function startNginx(port: number, replica: number): { readonly access: string; readonly errors: string } {
  put('kyc-graph.conf', before(read('deploy/nginx/kyc-graph.conf'), port, replica))
  const [access, errors] = [join(folder, 'access.log'), join(folder, 'error.log')]
  for (const log of [access, errors]) rmSync(log, { force: true })
  // The main part as distributions have it.
  put(
    'main.conf',
    `pid ${folder}/nginx.pid;\nerror_log ${errors};\nevents {}\nhttp {\n  access_log ${access};\n  include kyc-graph.conf;\n}\n`,
  )
  const child = startProcess('nginx', ['-p', folder, '-c', join(folder, 'main.conf'), '-g', 'daemon off;'], {
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill())
  return { access, errors }
}

/** HAProxy with its recipe at a port, and its log on; returns what it has logged. */
function startHaproxy(port: number, replica: number): () => string {
  const recipe = before(read('deploy/haproxy/kyc-graph.cfg'), port, replica).replaceAll('port 9090', `port ${replica}`)
  put(
    'logging.cfg',
    recipe
      .replace('global\n', 'global\n  log stdout format raw local0\n')
      .replace('defaults\n', 'defaults\n  log global\n'),
  )
  const child = startProcess('haproxy', ['-db', '-f', join(folder, 'logging.cfg')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill())
  let log = ''
  child.stdout!.on('data', (chunk: Buffer) => (log += chunk.toString()))
  return () => log
}

test.each(['answers', 'refuses the connection'])(
  'nginx logs neither query string nor referer where the replica %s',
  async (how) => {
    const [answering, refusing] = await replicas()
    const port = await freePort()
    const { access, errors } = startNginx(port, how === 'answers' ? answering : refusing)
    const said = await askWithValues(port, () => (existsSync(access) ? read(access) : ''))
    expect(said).toContain('"a-browser"')
    expect(said).not.toMatch(SECRETS)
    expect(read(errors)).not.toMatch(SECRETS)
  },
)

test('HAProxy logs no query string where its log is on', async () => {
  const [answering] = await replicas()
  const port = await freePort()
  const log = startHaproxy(port, answering)
  expect(await askWithValues(port, log)).not.toMatch(SECRETS)
})

test.each([
  ['nginx', startNginx],
  ['HAProxy', startHaproxy],
])('%s tells a replica the host as the client has named it, with its port', async (_name, start) => {
  const asked = new Set<string>()
  const [answering] = await replicas(({ url, headers }) => url === '/graphql' && asked.add(headers.host ?? ''))
  const port = await freePort()
  start(port, answering)
  for (const host of ['graph.bank.example:8443', 'graph.bank.example']) {
    const status = () =>
      request(`http://127.0.0.1:${port}/graphql`, { headers: { host } }).then(
        async ({ statusCode, body }) => (await body.dump(), statusCode),
        () => undefined,
      )
    await expect.poll(status, { timeout: 10_000 }).toBe(200)
  }
  expect([...asked]).toEqual(['graph.bank.example:8443', 'graph.bank.example'])
})
