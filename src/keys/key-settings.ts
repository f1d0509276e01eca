import type { Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import { authority } from '../settings/settings-reader.js'
import type { AwsAccess, AwsCredentialSource } from './aws.js'
import { KEY_BYTES } from './data-keys.js'
import type { VaultKey } from './vault.js'
import { WRAPPINGS, type Wrapping } from './wrapper.js'

/** The key services that are configured. */
export interface KeyServices {
  /** Keys of `KEY_WRAPPING_KEY`; the first one wraps. */
  readonly local: readonly Buffer[] | undefined
  readonly aws: AwsAccess | undefined
  /** The key of AWS KMS that wraps. */
  readonly awsKeyId: string | undefined
  readonly vault: VaultKey | undefined
}

/** The configuration of data keys. */
export interface KeyConfig {
  /** The keys of `STORE_ENCRYPTION_KEY`. */
  readonly encryptionKeys: readonly Buffer[] | undefined
  readonly keyRing:
    | {
        readonly path: string
        /** The text of the file. */
        readonly text: string
        /** What wraps new keys. */
        readonly wrapping: Wrapping
      }
    | undefined
  readonly keyServices: KeyServices
}

const KMS_URL = 'URL of AWS KMS, such as that of a VPC endpoint, instead of that of the region.'

/** A comma list of keys, 32 bytes in base64 each. */
function keyList(settings: Settings, name: string, text: string | undefined): readonly Buffer[] | undefined {
  const keys = text?.split(',').map((part) => Buffer.from(part.trim(), 'base64'))
  if (keys?.some((key) => key.length !== KEY_BYTES))
    settings.problem(`${name} must be 32 bytes in base64, or a comma list of such`)
  return keys
}

/** Where the agent of ECS answers tasks; fixed by AWS. */
const ECS_AGENT = 'http://169.254.170.2'

/** The credentials endpoint of the container; the path of an ECS task comes first, as in the client of AWS. */
function credentialsEndpoint(settings: Settings): string | undefined {
  const path = settings.optional(
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'Path of the credentials of an ECS task at `http://169.254.170.2`; the container sets it by itself; used instead of `AWS_ACCESS_KEY_ID`.',
  )
  const url = settings.optional(
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'Credentials endpoint of the container (ECS, EKS Pod Identity), which sets it by itself; used instead of `AWS_ACCESS_KEY_ID`.',
  )
  if (path !== undefined) {
    if (path.startsWith('/') && URL.canParse(ECS_AGENT + path)) return ECS_AGENT + path
    settings.problem('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path')
  } else if (url !== undefined) {
    if (URL.canParse(url)) return url
    settings.problem('AWS_CONTAINER_CREDENTIALS_FULL_URI must be a URL')
  }
  return undefined
}

/** Temporary credentials of a container come first, as an operator who configures them wants no others. */
function awsCredentials(settings: Settings): AwsCredentialSource | undefined {
  const endpoint = credentialsEndpoint(settings)
  const authorizationFile = settings.optional(
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'File with the token for that endpoint; the container sets it by itself.',
  )
  const accessKeyId = settings.optionalSecret('AWS_ACCESS_KEY_ID', 'Access key id for AWS.')
  const secretAccessKey = settings.optionalSecret('AWS_SECRET_ACCESS_KEY', 'Secret access key for AWS.')
  const sessionToken = settings.optionalSecret('AWS_SESSION_TOKEN', 'Session token of temporary credentials for AWS.')
  if (endpoint !== undefined) return { endpoint, authorizationFile }
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId === undefined) settings.problem('AWS_ACCESS_KEY_ID is missing; AWS_SECRET_ACCESS_KEY needs it')
  if (secretAccessKey === undefined) settings.problem('AWS_SECRET_ACCESS_KEY is missing; AWS_ACCESS_KEY_ID needs it')
  return { accessKeyId: accessKeyId ?? '', secretAccessKey: secretAccessKey ?? '', sessionToken }
}

function awsAccess(settings: Settings, proxies: ProxySettings): AwsAccess | undefined {
  const region = settings.optional('AWS_REGION', 'Region of AWS, for KMS and S3.')
  const credentials = awsCredentials(settings)
  const kmsUrl = settings.has('AWS_KMS_URL') ? settings.url('AWS_KMS_URL', KMS_URL) : undefined
  if (kmsUrl === undefined) settings.optional('AWS_KMS_URL', KMS_URL)
  if (region === undefined || credentials === undefined) return undefined
  return { region, credentials, kmsUrl: kmsUrl ?? `https://kms.${region}.amazonaws.com`, proxies }
}

function vaultKey(settings: Settings, proxies: ProxySettings): VaultKey | undefined {
  const namespace = settings.optional('VAULT_NAMESPACE', 'Namespace of Vault.')
  const mount = settings.text('VAULT_TRANSIT_PATH', 'Path of the Transit secrets engine.', 'transit')
  const key = settings.optional('VAULT_TRANSIT_KEY', 'Name of the Transit key that wraps data keys.')
  const token = settings.optionalSecret(
    'VAULT_TOKEN',
    'Token for Vault; a file is read again when it changes, as an agent renews it.',
  )
  const ca = authority(settings, 'VAULT_CA_FILE', 'Certificate authority (PEM) of Vault, instead of the public ones.')
  if (!settings.has('VAULT_ADDR')) {
    settings.optional('VAULT_ADDR', 'URL of HashiCorp Vault or OpenBao.')
    return undefined
  }
  const url = settings.url('VAULT_ADDR', 'URL of HashiCorp Vault or OpenBao.')
  if (token === undefined) settings.problem('VAULT_TOKEN (or VAULT_TOKEN_FILE) is missing; VAULT_ADDR needs it')
  return { url, namespace, mount, key: key ?? '', token: token ?? '', ca, proxies }
}

const NEEDED: Readonly<Record<Wrapping, string>> = {
  local: 'KEY_WRAPPING_KEY (or KEY_WRAPPING_KEY_FILE)',
  'aws-kms': 'AWS_REGION, AWS_KMS_KEY_ID and credentials for AWS',
  vault: 'VAULT_ADDR, VAULT_TOKEN and VAULT_TRANSIT_KEY',
}

/** True where a way to wrap is configured. */
function canWrap(wrapping: Wrapping, { local, aws, awsKeyId, vault }: KeyServices): boolean {
  if (wrapping === 'local') return local !== undefined
  return wrapping === 'aws-kms' ? aws !== undefined && awsKeyId !== undefined : vault !== undefined && vault.key !== ''
}

function keyRing(settings: Settings, services: KeyServices): KeyConfig['keyRing'] {
  const path = settings.optional(
    'STORE_KEY_RING_FILE',
    'Key ring: a file with wrapped data keys, as `npm run keys` writes it; `STORE_ENCRYPTION_KEY` beside it is still read.',
  )
  const wrapping = settings.choice(
    'KEY_WRAPPING',
    'What wraps the data keys of the ring: a key of a file, AWS KMS, or the Transit engine of Vault.',
    WRAPPINGS,
    undefined,
  )
  if (path === undefined) return undefined
  if (wrapping === undefined) settings.problem('KEY_WRAPPING is missing; STORE_KEY_RING_FILE needs it')
  else if (!canWrap(wrapping, services)) settings.problem(`KEY_WRAPPING=${wrapping} needs ${NEEDED[wrapping]}`)
  const text = settings.optionalFile('STORE_KEY_RING_FILE', 'The same.') ?? ''
  return { path, text, wrapping: wrapping ?? 'local' }
}

/** Reads the settings of data keys and of the services that wrap them. */
export function readKeySettings(settings: Settings, proxies: ProxySettings): KeyConfig {
  const encryptionKeys = keyList(
    settings,
    'STORE_ENCRYPTION_KEY',
    settings.optionalSecret(
      'STORE_ENCRYPTION_KEY',
      'Key of stored values, 32 bytes in base64 (`openssl rand -base64 32`); required with `REDIS_URL` unless there is a key ring; a comma list rotates keys, the first one encrypts.',
    ),
  )
  const local = keyList(
    settings,
    'KEY_WRAPPING_KEY',
    settings.optionalSecret(
      'KEY_WRAPPING_KEY',
      'Key that wraps data keys with `KEY_WRAPPING=local`, 32 bytes in base64; a comma list rotates keys, the first one wraps.',
    ),
  )
  const aws = awsAccess(settings, proxies)
  const awsKeyId = settings.optional('AWS_KMS_KEY_ID', 'Id, ARN or alias of the symmetric key that wraps data keys.')
  const services = { local, aws, awsKeyId, vault: vaultKey(settings, proxies) }
  return { encryptionKeys, keyRing: keyRing(settings, services), keyServices: services }
}
