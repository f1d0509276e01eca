import { ApiError } from '../../datasources/contract/errors.js'

/** The key that a token is bound to (RFC 7800): the caller must prove that it holds it. */
export interface Confirmation {
  /** Thumbprint of the DPoP key (RFC 9449, 6.1). */
  readonly jkt?: string | undefined
  /** Thumbprint of the client certificate (RFC 8705, 3.1). */
  readonly certificate?: string | undefined
}

/** A SHA-256 hash in base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

const isThumbprint = (value: unknown): value is string => typeof value === 'string' && THUMBPRINT.test(value)

/** Reads the claim `cnf`; undefined for a bearer token. Throws `UNAUTHENTICATED` for a binding that cannot be verified here. */
export function confirmationOf(cnf: unknown): Confirmation | undefined {
  if (cnf === undefined) return undefined
  const refused = new ApiError('UNAUTHENTICATED', {
    message: 'The token is bound to a key that is not verified here.',
    refusal: 'binding_unknown',
  })
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) throw refused
  const { jkt, 'x5t#S256': certificate, ...unknown } = cnf as Readonly<Record<string, unknown>>
  const members = [jkt, certificate].filter((member) => member !== undefined)
  if (Object.keys(unknown).length > 0 || members.length === 0 || !members.every(isThumbprint)) throw refused
  return { jkt: jkt as string | undefined, certificate: certificate as string | undefined }
}
