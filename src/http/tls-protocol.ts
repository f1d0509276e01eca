import type { SecureContextOptions } from 'node:tls'
import type { TlsConfig } from './tls-settings.js'

/**
 * The protocol of the public port's own TLS, whatever Node is started with: TLS 1.3, and 1.2 with the cipher suites that
 * BCP 195 recommends (RFC 9325, 4.2), as FAPI 2.0 demands.
 */
const TLS_PROTOCOL: Pick<SecureContextOptions, 'minVersion' | 'ciphers'> = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
}

/** The certificate, its key and the authorities of clients, for a listener and for its reload. */
export const secureContextOf = ({ cert, key, ca }: Pick<TlsConfig, 'cert' | 'key' | 'ca'>): SecureContextOptions => ({
  ...TLS_PROTOCOL,
  cert,
  key,
  ...(ca === undefined ? {} : { ca }),
})
