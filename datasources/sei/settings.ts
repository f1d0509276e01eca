import type { Settings } from '../contract/provider.js'
import type { Tls } from '../http/transport.js'
import { isKeyPair } from '../support/key-pair.js'
import { JOB_STATUS_PATH } from './contract.js'

/** Limits of the calls to SEI, unless settings say otherwise. SEI does not publish its limits. */
export const LIMITS = { maxConcurrency: 4, maxConcurrencyTotal: 4, timeoutMs: 10_000 }

export interface SeiSettings {
  readonly url: string
  readonly tokenUrl: string
  /** Consumer key and secret of the registered application. */
  readonly appKey: string
  readonly appSecret: string
  /** The service account; the client certificate's CN names it. */
  readonly username: string
  readonly password: string
  /** True where the header of a login begins with the scheme `Basic`. */
  readonly basicPrefix: boolean
  readonly tls: Tls | undefined
  /** A path with the placeholder `{key}`. */
  readonly jobStatusPath: string
  /** How long jobs are kept after their last change. */
  readonly retentionSeconds: number
}

/** Reads the settings of SEI. */
export function seiSettings(settings: Settings): SeiSettings {
  const url = settings.url('SEI_URL', 'Base URL of SEI.')
  const cert = settings.optionalPem(
    'SEI_CLIENT_CERT_FILE',
    'Client certificate for mutual TLS; needs `SEI_CLIENT_KEY_FILE`.',
  )
  const key = settings.optionalPem(
    'SEI_CLIENT_KEY_FILE',
    'Private key of the client certificate; needs `SEI_CLIENT_CERT_FILE`.',
  )
  if (settings.has('SEI_CLIENT_CERT_FILE') !== settings.has('SEI_CLIENT_KEY_FILE'))
    settings.problem('SEI_CLIENT_CERT_FILE and SEI_CLIENT_KEY_FILE belong together; one is missing')
  if (cert !== undefined && key !== undefined && !isKeyPair(cert, key))
    settings.problem('SEI_CLIENT_KEY_FILE must hold the private key of SEI_CLIENT_CERT_FILE')
  const jobStatusPath = settings.text(
    'SEI_JOB_STATUS_PATH',
    'Path of the status of a job; it holds `{key}` once.',
    JOB_STATUS_PATH,
  )
  if (!/^\/[^\s#{}]*\{key\}[^\s#{}]*$/.test(jobStatusPath))
    settings.problem('SEI_JOB_STATUS_PATH must begin with / and hold {key} once')
  return {
    url,
    tokenUrl: url === '' ? '' : settings.url('SEI_TOKEN_URL', 'OAuth2 token endpoint of SEI.', `${url}/v2/oauthtoken`),
    appKey: settings.secret('SEI_APP_KEY', 'Consumer key of the registered application.'),
    appSecret: settings.secret('SEI_APP_SECRET', 'Consumer secret of the registered application.'),
    username: settings.text('SEI_USERNAME', 'User name of the service account, which the client certificate names.'),
    password: settings.secret('SEI_PASSWORD', 'Password of the service account.'),
    basicPrefix:
      settings.choice(
        'SEI_BASIC_PREFIX',
        "Whether `Basic ` stands before the credentials in the header of a login; it does not in the sample of SEI's documentation.",
        ['on', 'off'],
        'on',
      ) === 'on',
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    jobStatusPath,
    retentionSeconds:
      settings.integer(
        'SEI_RETENTION_DAYS',
        'How long the state of a write of account attributes is kept after its last change; then `accountAttributesJob` is null.',
        30,
        { min: 1, max: 30 },
      ) * 86_400,
  }
}
