import type { Settings } from '../../datasources/contract/provider.js'
import { isKeyPair } from '../../datasources/support/key-pair.js'
import { authority } from '../settings/settings-reader.js'

/** The public listener's own TLS; PEM texts. */
export interface TlsConfig {
  readonly cert: string
  readonly key: string
  /** True where clients are asked for a certificate; one without it is served all the same. */
  readonly requestCert: boolean
  /** The authority that must have issued the certificates of clients; undefined: any, also self-signed ones. */
  readonly ca: string | undefined
}

/** Reads the settings of TLS on the public port; undefined where it speaks plain HTTP. */
export function readTlsSettings(settings: Settings): TlsConfig | undefined {
  const cert = settings.optionalPem(
    'TLS_CERT_FILE',
    'Certificate (PEM, with the chain) of the public port, which then speaks HTTPS.',
  )
  const key = settings.optionalPem('TLS_KEY_FILE', 'Private key (PEM) of that certificate.')
  const mode = settings.choice(
    'TLS_CLIENT_CERT',
    'Client certificates on that port, for tokens that are bound to one (RFC 8705): `request` asks each client for its own.',
    ['off', 'request'],
    'off',
  )
  const ca = authority(
    settings,
    'TLS_CLIENT_CA_FILE',
    'Certificate authorities (PEM) of client certificates; without it, self-signed ones count too.',
  )
  const isHalf = settings.has('TLS_CERT_FILE') !== settings.has('TLS_KEY_FILE')
  if (isHalf) settings.problem('TLS_CERT_FILE and TLS_KEY_FILE belong together')
  if (cert !== undefined && key !== undefined && !isKeyPair(cert, key))
    settings.problem('TLS_CERT_FILE and TLS_KEY_FILE do not belong together')
  if (ca !== undefined && mode === 'off') settings.problem('TLS_CLIENT_CA_FILE needs TLS_CLIENT_CERT=request')
  if (mode === 'request' && cert === undefined) settings.problem('TLS_CLIENT_CERT=request needs TLS_CERT_FILE')
  if (cert === undefined || key === undefined) return undefined
  return { cert, key, requestCert: mode === 'request', ca }
}
