import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { ProxySettings } from '../../../datasources/http/proxy.js'
import type { Settings } from '../../../datasources/contract/provider.js'
import { type AwsAccess, callKms, requestAws } from '../../keys/aws.js'
import { bytesOf, KeyServiceError, requestService, type ServiceAccess } from '../../keys/key-service.js'
import type { KeyServices } from '../../keys/key-settings.js'
import { callTransit, type VaultKey, withoutPrefix } from '../../keys/vault.js'
import { authority } from '../../settings/settings-reader.js'
import { readSyslogAddress } from '../../security-events/syslog-address.js'
import type { RedisAddress } from '../../store/redis-address.js'
import type { RootSigner } from './checkpoint.js'
import type { CheckpointDestination, PutObject } from './sinks.js'

/** The configuration of checkpoints. */
export interface CheckpointConfig {
  readonly destination: CheckpointDestination
  readonly intervalSeconds: number
  readonly maxEntries: number
  readonly root: RootSigner
  /** Public root keys, with which checkpoints of other processes are verified. */
  readonly roots: readonly KeyObject[]
}

const SIGNERS = ['file', 'aws-kms', 'vault'] as const

const isSigningKey = (key: KeyObject): boolean =>
  key.asymmetricKeyType === 'ed25519' ||
  (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1')

/** Signs once with a private key in PEM, and forgets it. */
function fileSigner(settings: Settings, pem: string | undefined): RootSigner | undefined {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(pem ?? '')
  } catch {
    // Reported below.
  }
  if (key === undefined || !isSigningKey(key)) {
    settings.problem('AUDIT_CHECKPOINT_KEY must be a private key in PEM, of Ed25519 or P-256')
    return undefined
  }
  return {
    publicKey: createPublicKey(key),
    sign(text) {
      if (key === undefined) return Promise.reject(new KeyServiceError('KEY_FORGOTTEN'))
      const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', text, key)
      key = undefined
      return Promise.resolve(signature)
    },
  }
}

const kmsSigner = (aws: AwsAccess, keyId: string): RootSigner => ({
  async sign(text) {
    const input = { Message: text.toString('base64'), MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' }
    return bytesOf((await callKms(aws, keyId, 'Sign', input))['Signature'])
  },
})

const vaultSigner = (vault: VaultKey, keyId: string): RootSigner => ({
  async sign(text) {
    const input = { input: text.toString('base64'), hash_algorithm: 'sha2-256' }
    return bytesOf(withoutPrefix((await callTransit({ ...vault, key: keyId }, 'sign', input))['signature']))
  },
})

/** The settings of the root key. */
function readRoot(settings: Settings) {
  const signer = settings.choice(
    'AUDIT_CHECKPOINT_SIGNER',
    'Root key of checkpoints: a private key in a file, AWS KMS (ECDSA with P-256), or the Transit engine of Vault (`ed25519` or `ecdsa-p256`).',
    SIGNERS,
    'file',
  )
  const keyId = settings.optional(
    'AUDIT_CHECKPOINT_KEY_ID',
    'Root key in AWS KMS (id, ARN or alias) or in Vault (name): an asymmetric key to sign with.',
  )
  return { signer, keyId }
}

/** A root key that a service keeps; undefined, and a problem told, where the service is not configured. */
function serviceSigner(
  settings: Settings,
  { signer, keyId }: ReturnType<typeof readRoot>,
  { aws, vault }: KeyServices,
): RootSigner | undefined {
  if (keyId === undefined)
    settings.problem(`AUDIT_CHECKPOINT_KEY_ID is missing; AUDIT_CHECKPOINT_SIGNER=${signer} needs it`)
  else if (signer === 'aws-kms' && aws) return kmsSigner(aws, keyId)
  else if (signer === 'vault' && vault) return vaultSigner(vault, keyId)
  else
    settings.problem(`AUDIT_CHECKPOINT_SIGNER=${signer} needs the settings of ${signer === 'vault' ? 'Vault' : 'AWS'}`)
  return undefined
}

/** The signer; where there are no checkpoints its settings are read and not used. */
function rootSigner(settings: Settings, services: KeyServices, isUsed: boolean): RootSigner | undefined {
  const root = readRoot(settings)
  const pem = settings.optionalSecret(
    'AUDIT_CHECKPOINT_KEY',
    'Private root key (PEM, Ed25519 or P-256) with `AUDIT_CHECKPOINT_SIGNER=file`; it is read at the start, used once and forgotten.',
  )
  if (!isUsed) return undefined
  return root.signer === 'file' ? fileSigner(settings, pem) : serviceSigner(settings, root, services)
}

/** An object is never written over; one that exists was put by an attempt whose answer was lost. */
const orExists = (error: unknown): void => {
  if (!(error instanceof KeyServiceError && error.code === 'HTTP_412')) throw error
}

/** Puts objects below a URL: signed for S3, or with a bearer token. */
function objectPutter(
  url: string,
  { aws, token, access }: { aws: AwsAccess | undefined; token: string | undefined; access: ServiceAccess },
): PutObject {
  return async (path, body) => {
    const target = new URL(`${url}/${path}`)
    const headers = {
      'content-type': 'application/json',
      'if-none-match': '*',
      // S3 requires a checksum where objects are locked.
      'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64'),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const isSigned = token === undefined && aws !== undefined
    const put = isSigned
      ? requestAws(target, { service: 's3', method: 'PUT', headers, body }, { ...aws, ...access })
      : requestService(target, { method: 'PUT', headers, body }, access)
    await put.catch(orExists)
  }
}

/** What checkpoints need of the other settings. */
interface CheckpointDeps {
  readonly redis: RedisAddress | undefined
  readonly proxies: ProxySettings
  readonly services: KeyServices
}

/** A syslog server over a connection: by a datagram nothing is known of a checkpoint that was lost. */
function syslogDestination(settings: Settings, text: string, ca: string | undefined): CheckpointDestination {
  const syslog = readSyslogAddress(settings, 'AUDIT_CHECKPOINTS', text, ca)
  if (syslog.transport === 'udp') settings.problem('AUDIT_CHECKPOINTS must not be syslog:udp://: use tls or tcp')
  return { syslog }
}

/** Reads `AUDIT_CHECKPOINTS`. */
export function readCheckpointDestination(
  settings: Settings,
  { redis, proxies, services }: CheckpointDeps,
): CheckpointDestination | undefined {
  const named = settings.optional(
    'AUDIT_CHECKPOINTS',
    'Destination of signed checkpoints of the audit trail, one that this server can only append to: a file, `redis:<stream>` in `REDIS_URL`, a syslog server (`syslog:tls://host:port`, `syslog:tcp://…`), or the URL of an object store, where each one is put below.',
  )
  const token = settings.optionalSecret(
    'AUDIT_CHECKPOINTS_TOKEN',
    'Bearer token for the object store; without it requests are signed for S3, where AWS is configured.',
  )
  const ca = authority(
    settings,
    'AUDIT_CHECKPOINTS_CA_FILE',
    'Certificate authority (PEM) of the object store or the syslog server, instead of the public ones.',
  )
  if (named === undefined) return undefined
  const stream = /^redis:(?!\/\/)(.*)$/.exec(named)?.[1]?.trim()
  if (stream !== undefined) {
    if (stream === '') settings.problem('AUDIT_CHECKPOINTS names no stream after redis:')
    if (redis === undefined) settings.problem('REDIS_URL is missing; AUDIT_CHECKPOINTS needs it')
    return redis && { stream, redis }
  }
  if (named.startsWith('syslog:')) return syslogDestination(settings, named, ca)
  if (!/^https?:\/\//.test(named)) return { file: named }
  const url = settings.url('AUDIT_CHECKPOINTS', 'The same.')
  return { put: objectPutter(url, { aws: services.aws, token, access: { proxies, ca } }) }
}

/** Reads the settings of checkpoints; undefined without `AUDIT_CHECKPOINTS`. */
export function readCheckpointSettings(
  settings: Settings,
  deps: CheckpointDeps,
): Omit<CheckpointConfig, 'roots'> | undefined {
  const destination = readCheckpointDestination(settings, deps)
  const intervalSeconds = settings.integer('AUDIT_CHECKPOINT_SECONDS', 'Interval of checkpoints in seconds.', 60, {
    min: 1,
    max: 86_400,
  })
  const maxEntries = settings.integer(
    'AUDIT_CHECKPOINT_ENTRIES',
    'Entries of the trail after which a checkpoint is made before its time.',
    1_000,
    { min: 1, max: 1_000_000 },
  )
  const root = rootSigner(settings, deps.services, destination !== undefined)
  return destination && root && { destination, intervalSeconds, maxEntries, root }
}

/** What of checkpoints is read again: how their destination and the service with their root key are reached. */
export type CheckpointAccess = Pick<CheckpointConfig, 'destination'> & Partial<Pick<CheckpointConfig, 'root'>>

/** Reads that again. A private root key in a file was used and is forgotten, so it is not read. */
export function readCheckpointAccess(settings: Settings, deps: CheckpointDeps): CheckpointAccess | undefined {
  const destination = readCheckpointDestination(settings, deps)
  const root = readRoot(settings)
  if (destination === undefined || root.signer === 'file') return destination && { destination }
  const signer = serviceSigner(settings, root, deps.services)
  return signer && { destination, root: signer }
}

/** Reads the public root keys (PEM, several one after the other). */
export function readRootKeys(settings: Settings): readonly KeyObject[] {
  const pem = settings.optionalPem(
    'AUDIT_CHECKPOINT_PUBLIC_KEY_FILE',
    'Public root keys of checkpoints (PEM), for `npm run audit:verify`, and for a process that starts and names the chains of others; keep it where this server cannot write.',
  )
  const blocks = pem?.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []
  try {
    if (pem !== undefined && blocks.length === 0) throw new Error('none')
    return blocks.map((block) => createPublicKey(block))
  } catch {
    settings.problem('AUDIT_CHECKPOINT_PUBLIC_KEY_FILE must hold public keys in PEM')
    return []
  }
}
