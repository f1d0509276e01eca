import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorClass } from '../../src/observability/error-class.js'
import { ConnectionCauses } from '../../src/store/connection-causes.js'
import { redisStore } from '../../src/store/redis.js'
import { addressOf, freePort, type PrivateRedis, privateRedis } from '../support/redis.js'

const PASSWORD = 'the-password'
let redis: PrivateRedis
let admin: Redis
beforeAll(async () => {
  redis = await privateRedis(['--requirepass', PASSWORD], PASSWORD)
  admin = new Redis({ port: redis.port, host: '127.0.0.1', password: PASSWORD })
  await admin.acl('SETUSER', 'noeval', 'on', '>pass', '~*', '+@all', '-eval', '-evalsha')
  await admin.acl('SETUSER', 'noset', 'on', '>pass', '~*', '+@all', '-set')
  await admin.acl('SETUSER', 'noget', 'on', '>pass', '~*', '+@all', '-get')
  await admin.acl('SETUSER', 'nokeys', 'on', '>pass', '~other:*', '+@all')
})
afterAll(async () => {
  admin.disconnect()
  await redis.kill()
})

/** What a probe of the store at this address ends in, once it is this; `ok` where it succeeds. */
async function expectProbe(url: string, outcome: string, replicas = 0): Promise<void> {
  const store = redisStore(addressOf(url), () => undefined, { replicas })
  await expect.poll(() => store.probe().then(() => 'ok', errorClass)).toBe(outcome)
  await store.close()
}

const at = (credentials: string, port = redis.port) => `redis://${credentials}127.0.0.1:${port}`

test.each<[what: string, url: () => string | Promise<string>, outcome: string]>([
  ['a usable server', () => at(`:${PASSWORD}@`), 'ok'],
  ['a wrong password', () => at(':wrong@'), 'WRONGPASS'],
  ['no password', () => at(''), 'NOAUTH'],
  ['a user that may run no script', () => at('noeval:pass@'), 'NOPERM'],
  ['a user that may run scripts, and not their SET', () => at('noset:pass@'), 'NOPERM'],
  ['a user that may run scripts, and not their GET', () => at('noget:pass@'), 'NOPERM'],
  ['a user that may use other keys', () => at('nokeys:pass@'), 'NOPERM'],
  ['a port without a server', async () => at('', await freePort()), 'ECONNREFUSED'],
  ['a name that does not exist', () => 'redis://redis.invalid:6379', 'ENOTFOUND'],
  [
    'a cluster whose nodes are away',
    async () => `${at('', await freePort())},${at('', await freePort())}`,
    'ECONNREFUSED',
  ],
  ['a cluster with a wrong password', () => `${at(':wrong@')},${at(':wrong@')}`, 'WRONGPASS'],
  [
    'Sentinels that are away',
    async () => `redis+sentinel://127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}/mine`,
    'ECONNREFUSED',
  ],
])('a probe of %s tells the class of the cause', async (_what, url, outcome) => {
  await expectProbe(await url(), outcome)
})

test('a probe of a server with a certificate of another authority tells the class of the cause', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
  const server = createTlsServer({ key, cert }, () => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await expectProbe(`rediss://127.0.0.1:${(server.address() as AddressInfo).port}`, 'DEPTH_ZERO_SELF_SIGNED_CERT')
  server.close()
})

test.each<[what: string, set: readonly [string, string][], reset: readonly [string, string][], outcome: string]>([
  [
    'is full',
    [
      ['maxmemory-policy', 'noeviction'],
      ['maxmemory', '1'],
    ],
    [['maxmemory', '0']],
    'OOM',
  ],
  ['wants more replicas than it has', [['min-replicas-to-write', '1']], [['min-replicas-to-write', '0']], 'NOREPLICAS'],
])('a probe of a server that %s fails, and succeeds once it is well', async (_what, set, reset, outcome) => {
  for (const [name, value] of set) await admin.config('SET', name, value)
  await expectProbe(at(`:${PASSWORD}@`), outcome)
  for (const [name, value] of reset) await admin.config('SET', name, value)
  await expectProbe(at(`:${PASSWORD}@`), 'ok')
})

test('a probe of a read-only server fails', async () => {
  await admin.replicaof('127.0.0.1', String(await freePort()))
  await admin.config('SET', 'replica-serve-stale-data', 'yes')
  await expectProbe(at(`:${PASSWORD}@`), 'READONLY')
  await admin.replicaof('NO', 'ONE')
})

test('a probe fails where a change needs more replicas than have it', async () => {
  await expectProbe(at(`:${PASSWORD}@`), 'TOO_FEW_REPLICAS', 1)
})

test('a probe of a server that hangs times out', async () => {
  const store = redisStore(addressOf(at(`:${PASSWORD}@`)), () => undefined)
  const outcome = () => store.probe().then(() => 'ok', errorClass)
  await expect.poll(outcome).toBe('ok')
  redis.pause()
  expect(await outcome()).toBe('TIMEOUT')
  redis.resume()
  await expect.poll(outcome).toBe('ok')
  await store.close()
})

/** What a server of another version, or a part of it, answers: the words of Redis 6 and of Valkey too. */
test.each<[reply: string, outcome: string]>([
  ['NOPERM this user has no permissions to run the command', 'NOPERM'],
  ["ERR The user executing the script can't run this command or subcommand script: f_1, on @user_script:1.", 'NOPERM'],
  [
    "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: The user executing the script can't access at least one of the keys mentioned in the command arguments",
    'NOPERM',
  ],
  ["NOPERM ACL failure in script: User default has no permissions to run the 'set' command", 'NOPERM'],
  [
    "ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed when used memory > 'maxmemory'.",
    'OOM',
  ],
  [
    "ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write against a read only replica.",
    'READONLY',
  ],
  ['MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk', 'MISCONF'],
  ['ERR unknown command', 'ERR'],
])('a reply of Redis, %s, has a class', (reply, outcome) => {
  const causes = new ConnectionCauses(
    () => undefined,
    () => Promise.resolve(),
  )
  expect(errorClass(causes.of(new Error(reply)))).toBe(outcome)
})
