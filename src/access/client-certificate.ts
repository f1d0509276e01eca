import { createHash, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { trustOf } from '../http/client-address.js'

interface CertificateOptions {
  /** The header by which a trusted proxy names the client's certificate, in lower case. */
  readonly header: string | undefined
  readonly trusts: ReturnType<typeof trustOf>
  /** True where a certificate must have been issued by the authority of `TLS_CLIENT_CA_FILE`. */
  readonly needsAuthority: boolean
}

const thumbprintOf = (der: Buffer): string => createHash('sha256').update(der).digest('base64url')

/** Base64 between colons (RFC 9440, a byte sequence), or alone. */
const BASE64 = /^(:?)([A-Za-z0-9+/]+={0,2})\1$/

/** The text of one certificate and of nothing else. */
const PEM = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/

/** The bytes that a header gives: URL-encoded PEM (nginx, AWS), or DER in base64 (RFC 9440, HAProxy). */
const bytesOf = (value: string): Buffer =>
  Buffer.from(BASE64.exec(value)?.[2] ?? PEM.exec(decodeURIComponent(value))?.[1] ?? '', 'base64')

/** The thumbprint of a certificate in a header; undefined for what is not one certificate. */
function ofHeader(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  try {
    const bytes = bytesOf(value)
    const { raw } = new X509Certificate(bytes)
    // More than one certificate: a proxy has added its own to that of the client, or to a chain.
    return raw.equals(bytes) ? thumbprintOf(raw) : undefined
  } catch {
    return undefined
  }
}

/** Reads the certificates of clients: from a connection that this server has encrypted, or a header of a trusted proxy. */
export class ClientCertificates {
  readonly #options: CertificateOptions
  /** A connection has one certificate from its handshake on. */
  readonly #known = new WeakMap<Socket, string | undefined>()

  constructor(options: CertificateOptions) {
    this.#options = options
  }

  /** The thumbprint (`x5t#S256`) of the certificate that a request's client has shown; undefined where it has shown none. */
  thumbprintOf({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): string | undefined {
    const { header, trusts } = this.#options
    // The connection is the proxy's own, with a certificate of the proxy if any.
    if (header !== undefined && trusts(socket.remoteAddress ?? '', 0)) return ofHeader(headers[header])
    if (!this.#known.has(socket)) this.#known.set(socket, this.#ofConnection(socket as TLSSocket))
    return this.#known.get(socket)
  }

  #ofConnection(socket: TLSSocket): string | undefined {
    if (!socket.encrypted || (this.#options.needsAuthority && !socket.authorized)) return undefined
    const { raw } = socket.getPeerCertificate() as { raw?: Buffer }
    return raw === undefined ? undefined : thumbprintOf(raw)
  }
}
