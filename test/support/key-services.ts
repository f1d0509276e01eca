import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'

/** Emulators of key services by their public documentation, over real sockets: of each, what this server uses. */
export interface KeyService {
  readonly url: string
  /** The public key of the signing key. */
  readonly publicKey: KeyObject
  readonly requests: () => number
  /** Every further request answers this status; 0: as before. */
  readonly fail: (status: number) => void
  readonly close: () => Promise<void>
}

export const AWS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', region: 'eu-central-1' }
export const VAULT_TOKEN = 'hvs.example-token'

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** True where a request has the signature that the documentation of Signature Version 4 computes. */
function hasSignature({ headers, method, url, body }: FastifyRequest, service: string): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, id, date, region, named, names = '', signature] = pattern.exec(headers.authorization ?? '') ?? []
  if (id !== AWS.accessKeyId || region !== AWS.region || named !== service) return false
  const signed = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = [method, url, '', signed.join(''), names, sha256(body as string)].join('\n')
  const at = String(headers['x-amz-date'])
  const isFresh =
    Math.abs(Date.parse(at.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:')) - Date.now()) < 300_000
  const toSign = ['AWS4-HMAC-SHA256', at, `${date}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')
  const key = [region, service, 'aws4_request'].reduce(
    (last, part) => hmac(last, part),
    hmac(`AWS4${AWS.secretAccessKey}`, date!),
  )
  return isFresh && names.split(';').includes('host') && hmac(key, toSign).toString('hex') === signature
}

/** A wrapping key that binds what it wraps to a context. */
function createWrappingKey() {
  const key = randomBytes(32)
  return {
    wrap(secret: Buffer, context: string): string {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
      return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64')
    },
    unwrap(wrapped: string, context: string): Buffer | undefined {
      const bytes = Buffer.from(wrapped, 'base64')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(-16))
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
      } catch {
        return undefined
      }
    },
  }
}

async function start(routes: (app: FastifyInstance) => void, publicKey: KeyObject): Promise<KeyService> {
  const app = Fastify({ forceCloseConnections: true })
  let requests = 0
  let failure = 0
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addHook('preHandler', async (_request, reply) => {
    requests += 1
    if (failure !== 0) await reply.code(failure).send({})
  })
  routes(app)
  return {
    url: await app.listen({ port: 0, host: '127.0.0.1' }),
    publicKey,
    requests: () => requests,
    fail: (status) => void (failure = status),
    close: () => app.close(),
  }
}

/** AWS KMS: `Encrypt`, `Decrypt` with an encryption context, `Sign` with P-256. */
export function startKms(): Promise<KeyService> {
  const key = createWrappingKey()
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const actions: Readonly<Record<string, (input: any) => object | undefined>> = {
    'TrentService.Encrypt': ({ Plaintext, EncryptionContext: context }) => ({
      CiphertextBlob: key.wrap(Buffer.from(Plaintext, 'base64'), JSON.stringify(context)),
    }),
    'TrentService.Decrypt': ({ CiphertextBlob, EncryptionContext: context }) => {
      const secret = key.unwrap(CiphertextBlob, JSON.stringify(context))
      return secret && { Plaintext: secret.toString('base64') }
    },
    'TrentService.Sign': ({ Message, MessageType, SigningAlgorithm }) =>
      MessageType === 'RAW' && SigningAlgorithm === 'ECDSA_SHA_256'
        ? { Signature: sign('sha256', Buffer.from(Message, 'base64'), privateKey).toString('base64') }
        : undefined,
  }
  return start((app) => {
    app.post('/', (request, reply) => {
      if (!hasSignature(request, 'kms')) return reply.code(403).send({ __type: 'IncompleteSignatureException' })
      const { KeyId, ...input } = JSON.parse(request.body as string) as { KeyId: string }
      if (!['alias/kyc', 'alias/sign'].includes(KeyId)) return reply.code(400).send({ __type: 'NotFoundException' })
      const answer = actions[String(request.headers['x-amz-target'])]?.(input)
      return answer ?? reply.code(400).send({ __type: 'InvalidCiphertextException' })
    })
  }, publicKey)
}

/** The Transit engine of Vault: `encrypt`, `decrypt` with associated data, `sign` with Ed25519. */
export function startVault(namespace?: string): Promise<KeyService> {
  const key = createWrappingKey()
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const refusal = { errors: ['cipher: message authentication failed'] }
  return start((app) => {
    app.addHook('preHandler', async ({ headers }, reply) => {
      const isKnown = headers['x-vault-token'] === VAULT_TOKEN && headers['x-vault-namespace'] === namespace
      if (!isKnown) await reply.code(403).send({ errors: ['permission denied'] })
    })
    const read = (body: unknown) => JSON.parse(body as string) as Record<string, string>
    app.post('/v1/transit/encrypt/kyc', ({ body }) => {
      const { plaintext, associated_data: context } = read(body)
      return {
        data: { ciphertext: `vault:v1:${key.wrap(Buffer.from(plaintext!, 'base64'), context ?? '')}`, key_version: 1 },
      }
    })
    app.post('/v1/transit/decrypt/kyc', ({ body }, reply) => {
      const { ciphertext, associated_data: context } = read(body)
      const secret = key.unwrap(ciphertext!.replace(/^vault:v1:/, ''), context ?? '')
      return secret ? { data: { plaintext: secret.toString('base64') } } : reply.code(400).send(refusal)
    })
    app.post('/v1/transit/sign/sign', ({ body }) => {
      const signature = sign(null, Buffer.from(read(body)['input']!, 'base64'), privateKey)
      return { data: { signature: `vault:v1:${signature.toString('base64')}` } }
    })
  }, publicKey)
}
