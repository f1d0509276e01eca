/**
 * Holds the requests to AWS against moto, by hand: `pip install 'moto[server]'`, `moto_server -p 5555`, then
 * `npx tsx test/keys/moto.ts http://127.0.0.1:5555`. The suite does the same with an emulator that verifies signatures.
 */
import assert from 'node:assert/strict'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { readConfig, readSecretConfig } from '../../src/config.js'
import { requestAws } from '../../src/keys/aws.js'
import { wrapperOf } from '../../src/keys/key-ring.js'
import { requestService } from '../../src/keys/key-service.js'

const url = process.argv[2] ?? 'http://127.0.0.1:5555'
const CREDENTIALS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_KMS_URL: url,
}

const { keyServices } = readSecretConfig(CREDENTIALS)
const access = keyServices.aws!
async function kms(action: string, input: object): Promise<any> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` }
  const { text } = await requestAws(
    new URL(url),
    { service: 'kms', method: 'POST', headers, body: JSON.stringify(input) },
    access,
  )
  return JSON.parse(text!)
}

const symmetric: string = (await kms('CreateKey', {})).KeyMetadata.KeyId
const asymmetric: string = (await kms('CreateKey', { KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' })).KeyMetadata
  .KeyId
await kms('CreateAlias', { AliasName: 'alias/kyc', TargetKeyId: symmetric })

const secret = randomBytes(32)
const wrapper = wrapperOf('aws-kms', { ...keyServices, awsKeyId: 'alias/kyc' })
const wrapped = await wrapper.wrap(secret, 'values')
assert.deepEqual(await wrapper.unwrap(wrapped, 'values'), secret)
await assert.rejects(wrapper.unwrap(wrapped, 'names'), { code: 'HTTP_400' })
console.log('Encrypt and Decrypt with an encryption context')

await requestService(new URL(`${url}/trail`), { method: 'PUT', headers: {} }, { proxies: access.proxies })
const { checkpoints } = readConfig({
  ...CREDENTIALS,
  SYNCTERA_URL: 'https://synctera.test',
  SYNCTERA_API_KEY: 'x',
  AUTH_ISSUER: 'x',
  AUTH_AUDIENCE: 'x',
  AUTH_JWKS_URL: 'https://issuer.test',
  AUDIT_CHECKPOINTS: `${url}/trail/kyc`,
  AUDIT_CHECKPOINT_SIGNER: 'aws-kms',
  AUDIT_CHECKPOINT_KEY_ID: asymmetric,
})
const text = Buffer.from('a certificate')
const publicKey = createPublicKey({
  key: Buffer.from((await kms('GetPublicKey', { KeyId: asymmetric })).PublicKey as string, 'base64'),
  type: 'spki',
  format: 'der',
})
assert.ok(verify('sha256', text, publicKey, await checkpoints!.root.sign(text)))
console.log('Sign')

const destination = checkpoints!.destination
assert.ok('put' in destination)
await destination.put('process/00000000.json', '{}')
await destination.put('process/00000000.json', '{"other":1}')
console.log('PUT; an object that exists is left')
