import { randomBytes, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig, readSecretConfig } from '../../src/config.js'
import { loadKeys, wrapperOf } from '../../src/keys/key-ring.js'
import { runKeys } from '../../src/tools/keys/commands.js'
import { AWS, type KeyService, startKms, startVault, VAULT_TOKEN } from '../support/key-services.js'

const SERVER = {
  SYNCTERA_URL: 'https://synctera.test',
  SYNCTERA_API_KEY: 'x',
  AUTH_ISSUER: 'x',
  AUTH_AUDIENCE: 'x',
  AUTH_JWKS_URL: 'https://issuer.test',
}
const SILENT = { log: () => undefined, error: () => undefined }

let kms: KeyService
let vault: KeyService
let containers: { url: string; close: () => Promise<void> }
let folder: string
type Form = 'local' | 'aws-kms' | 'aws-kms of a container' | 'vault'
const FORMS: readonly Form[] = ['local', 'aws-kms', 'aws-kms of a container', 'vault']
let settings: Record<Form, Record<string, string>>

beforeAll(async () => {
  kms = await startKms()
  vault = await startVault('bank')
  const app = Fastify()
  app.get('/credentials', ({ headers }, reply) =>
    headers.authorization === 'pod-token'
      ? { AccessKeyId: AWS.accessKeyId, SecretAccessKey: AWS.secretAccessKey, Token: 'session' }
      : reply.code(403).send(),
  )
  containers = { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  folder = mkdtempSync(join(tmpdir(), 'kyc-graph-keys-'))
  writeFileSync(join(folder, 'pod-token'), 'pod-token\n')
  writeFileSync(join(folder, 'vault-token'), `${VAULT_TOKEN}\n`)
  const aws = { KEY_WRAPPING: 'aws-kms', AWS_REGION: AWS.region, AWS_KMS_KEY_ID: 'alias/kyc', AWS_KMS_URL: kms.url }
  settings = {
    local: { KEY_WRAPPING: 'local', KEY_WRAPPING_KEY: randomBytes(32).toString('base64') },
    'aws-kms': { ...aws, AWS_ACCESS_KEY_ID: AWS.accessKeyId, AWS_SECRET_ACCESS_KEY: AWS.secretAccessKey },
    'aws-kms of a container': {
      ...aws,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${containers.url}/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, 'pod-token'),
    },
    vault: {
      KEY_WRAPPING: 'vault',
      VAULT_ADDR: vault.url,
      VAULT_TOKEN_FILE: join(folder, 'vault-token'),
      VAULT_NAMESPACE: 'bank',
      VAULT_TRANSIT_KEY: 'kyc',
    },
  }
})
afterAll(() => Promise.all([kms.close(), vault.close(), containers.close()]))

const ringOf = (form: Form) => ({ STORE_KEY_RING_FILE: join(folder, `${form}.json`), ...settings[form] })

describe.each(FORMS)('keys that are wrapped by %s', (form) => {
  test('are unwrapped once at the start, for their purpose alone', async () => {
    const env = ringOf(form)
    await runKeys(['new'], env, SILENT)
    await runKeys(['rotate'], env, SILENT)
    const config = readSecretConfig(env)
    const before = kms.requests() + vault.requests()
    const keys = (await loadKeys(config))!
    expect(kms.requests() + vault.requests() - before).toBe(form === 'local' ? 0 : 3)
    expect(new Set([keys.values[0]!.id, keys.names[0]!.id, keys.seals[0]!.id]).size).toBe(3)
    expect(config.keyRing!.text).not.toContain(keys.values[0]!.secret.toString('base64'))
    const wrapper = wrapperOf(config.keyRing!.wrapping, config.keyServices)
    const wrapped = await wrapper.wrap(keys.values[0]!.secret, 'values')
    expect(await wrapper.unwrap(wrapped, 'values')).toEqual(keys.values[0]!.secret)
    await expect(wrapper.unwrap(wrapped, 'names')).rejects.toThrow()
  })
})

describe('the credentials of a container', () => {
  test('are read without the proxy of the environment', async () => {
    const env = {
      ...settings['aws-kms of a container'],
      STORE_KEY_RING_FILE: join(folder, 'behind-a-proxy.json'),
      HTTP_PROXY: 'http://127.0.0.1:1',
      NO_PROXY: new URL(kms.url).host,
    }
    await runKeys(['new', 'values'], env, SILENT)
    expect(JSON.parse(readFileSync(env.STORE_KEY_RING_FILE, 'utf8'))).toMatchObject({ keys: [{ state: 'pending' }] })
  })

  const AWS_SETTINGS = { KEY_WRAPPING: 'aws-kms', AWS_REGION: 'eu-central-1', AWS_KMS_KEY_ID: 'alias/kyc' }
  const read = (env: Record<string, string>) =>
    readSecretConfig({ ...AWS_SETTINGS, ...env }).keyServices.aws?.credentials
  test('of an ECS task are those of its path at the agent', () => {
    expect(
      read({
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/3f2a?x=1',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/other',
        AWS_ACCESS_KEY_ID: AWS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: AWS.secretAccessKey,
      }),
    ).toEqual({ endpoint: 'http://169.254.170.2/v2/credentials/3f2a?x=1', authorizationFile: undefined })
  })

  test.each(['v2/credentials', '@other.example/', '.other.example/'])('are no path: %s', (path) => {
    expect(() => read({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path })).toThrow(
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path',
    )
  })
})

describe('the root key of checkpoints in a service', () => {
  test.each<[Form, string, () => KeyService]>([
    ['aws-kms', 'sha256', () => kms],
    ['vault', '', () => vault],
  ])('of %s signs', async (form, algorithm, service) => {
    const { KEY_WRAPPING: _, ...access } = settings[form]
    const { checkpoints } = readConfig({
      ...SERVER,
      ...access,
      AUDIT_CHECKPOINTS: '/nowhere',
      AUDIT_CHECKPOINT_SIGNER: form,
      AUDIT_CHECKPOINT_KEY_ID: form === 'vault' ? 'sign' : 'alias/sign',
    })
    const text = Buffer.from('a certificate')
    expect(verify(algorithm || null, text, service().publicKey, await checkpoints!.root.sign(text))).toBe(true)
  })
})

describe('a key ring that cannot be used says why, and no key', () => {
  const failing = async (env: Record<string, string>) => {
    try {
      return await loadKeys(readSecretConfig(env))
    } catch (error) {
      return (error as Error).message
    }
  }
  test.each<[string, () => Record<string, string> | Promise<Record<string, string>>, RegExp]>([
    [
      'a wrong secret of AWS',
      () => ({ ...ringOf('aws-kms'), AWS_SECRET_ACCESS_KEY: 'other' }),
      /^key \w+ of the key ring cannot be unwrapped by aws-kms \(HTTP_403\)$/,
    ],
    [
      'a wrong token of Vault',
      () => ({ ...ringOf('vault'), VAULT_TOKEN_FILE: join(folder, 'pod-token') }),
      /by vault \(HTTP_403\)$/,
    ],
    [
      'a service that is away',
      () => ({ ...ringOf('aws-kms'), AWS_KMS_URL: 'http://127.0.0.1:1' }),
      /by aws-kms \(ECONNREFUSED\)$/,
    ],
    [
      'another wrapping key',
      () => ({ ...ringOf('local'), KEY_WRAPPING_KEY: randomBytes(32).toString('base64') }),
      /by local \(NOT_UNWRAPPED\)$/,
    ],
    [
      'a wrapping that is not configured',
      () => ({ ...ringOf('vault'), STORE_KEY_RING_FILE: join(folder, 'local.json') }),
      /a key that local wrapped, which is not configured/,
    ],
    [
      'no JSON',
      () => (writeFileSync(join(folder, 'bad'), '{'), { ...ringOf('local'), STORE_KEY_RING_FILE: join(folder, 'bad') }),
      /is not JSON/,
    ],
    [
      'another version',
      () => (
        writeFileSync(join(folder, 'v2'), '{"version":2,"keys":[]}'),
        { ...ringOf('local'), STORE_KEY_RING_FILE: join(folder, 'v2') }
      ),
      /no key ring of version 1/,
    ],
    [
      'no current key',
      async () => {
        const env = { ...ringOf('local'), STORE_KEY_RING_FILE: join(folder, 'pending') }
        await runKeys(['new'], env, SILENT)
        return env
      },
      /no current key for values/,
    ],
    [
      'no wrapping',
      () => ({ STORE_KEY_RING_FILE: join(folder, 'local.json') }),
      /KEY_WRAPPING is missing; STORE_KEY_RING_FILE needs it/,
    ],
    [
      'no key of AWS',
      () => ({ STORE_KEY_RING_FILE: join(folder, 'local.json'), KEY_WRAPPING: 'aws-kms' }),
      /KEY_WRAPPING=aws-kms needs AWS_REGION/,
    ],
  ])('%s', async (_what, env, message) => {
    expect(await failing(await env())).toMatch(message)
  })
})
