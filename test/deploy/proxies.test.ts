import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { authority, certificate } from '../support/certificates.js'
import { MAX_BODY_BYTES } from '../../src/http/request-body-limit.js'

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-proxies-'))
const read = (path: string): string => readFileSync(path, 'utf8')
/** The examples of names and paths as they are on this machine. */
const local = (text: string): string =>
  text.replaceAll(/kyc-graph-\d:4000/g, '127.0.0.1:4000').replaceAll(/\/etc\/(nginx|haproxy)\//g, `${folder}/`)
const put = (path: string, text: string): void => writeFileSync(join(folder, path), text)

beforeAll(async () => {
  mkdirSync(join(folder, 'kyc-graph'))
  const { cert, key } = await certificate('proxy', await authority('proxies'))
  put('kyc-graph/tls.crt', cert)
  put('kyc-graph/tls.key', key)
  put('kyc-graph.pem', `${cert}\n${key}`)
  copyFileSync('deploy/nginx/location.conf', join(folder, 'kyc-graph/location.conf'))
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
