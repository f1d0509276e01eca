import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { CHECK_MS, MAX_HEADER_MS } from './server-limits.js'
import { secureContextOf } from './tls-protocol.js'
import type { TlsConfig } from './tls-settings.js'

const LIMITS = { headersTimeout: MAX_HEADER_MS, connectionsCheckingInterval: CHECK_MS }

/** Opens Fastify over HTTP, or over HTTPS where there is a certificate. */
export function openFastify(tls: TlsConfig | undefined, options: FastifyServerOptions): FastifyInstance {
  if (tls === undefined) return Fastify({ ...options, http: LIMITS })
  const https = {
    ...LIMITS,
    ...secureContextOf(tls),
    requestCert: tls.requestCert,
    // A client without a certificate, or with one that counts for nothing, is served too: its token decides.
    rejectUnauthorized: false,
    handshakeTimeout: MAX_HEADER_MS,
  }
  // A server over HTTPS has all that one over HTTP has; only Fastify's types tell them apart.
  return Fastify({ ...(options as object), https })
}
