import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import {
  calculateJwkThumbprint,
  EmbeddedJWK,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose'
import { type Scope, SCOPES } from '../../schema/scopes.js'

export const AUDIENCE = 'kyc-graph'
const LIFETIME_SECONDS = 12 * 3600
const now = () => Math.floor(Date.now() / 1000)

/** What a token is issued for. */
export interface Grant {
  readonly client: string
  readonly scope: string
  /** Further claims; they override the standard ones. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Token issuer for development; its key pair is generated on this machine. */
export interface Issuer {
  readonly issuer: string
  readonly token: (grant: Grant) => Promise<string>
  /** `POST /oauth/token` (client credentials) and `GET /oauth/jwks`. */
  readonly routes: (app: FastifyInstance) => void
}

const isScope = (scope: string): scope is Scope => Object.hasOwn(SCOPES, scope)

/** Reads the signing key from the file, or generates it; a stored key keeps printed tokens valid after a reload. */
async function signingKey(file: string | undefined): Promise<JWK> {
  try {
    if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as JWK
  } catch {
    // The file does not exist yet.
  }
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 })
  }
  return jwk
}

/** The claims that bind a token to the key of a DPoP proof (RFC 9449, 5), of which the signature alone is checked here. */
async function bindingOf(proof: string): Promise<Grant['claims']> {
  const { protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' })
  return { cnf: { jkt: await calculateJwkThumbprint(protectedHeader.jwk!) } }
}

/** Creates the token issuer of development. */
export async function createIssuer(issuer: string, keyFile?: string): Promise<Issuer> {
  const key = await signingKey(keyFile)
  const privateKey = await importJWK(key, 'ES256')
  const { d: _private, ...published } = key
  const jwk = { ...published, kid: 'development', alg: 'ES256', use: 'sig' }

  const token = ({ client, scope, claims = {} }: Grant) =>
    new SignJWT({
      iss: issuer,
      aud: AUDIENCE,
      sub: client,
      client_id: client,
      scope,
      iat: now(),
      exp: now() + LIFETIME_SECONDS,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'development' })
      .sign(privateKey)

  return {
    issuer,
    token,
    routes(root) {
      // A plugin scope: the parser of form bodies is for these routes only.
      void root.register((app, _options, done) => {
        app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) =>
          parsed(null, Object.fromEntries(new URLSearchParams(body as string))),
        )
        app.get('/oauth/jwks', () => ({ keys: [jwk] }))
        app.post<{ Body: Record<string, string> | undefined }>('/oauth/token', async (request, reply) => {
          const { grant_type, scope = '', client_id: client = 'ops', sub, tenant } = request.body ?? {}
          void reply.header('cache-control', 'no-store')
          if (grant_type !== 'client_credentials') return reply.code(400).send({ error: 'unsupported_grant_type' })
          const scopes = scope.split(' ').filter(Boolean)
          if (!scopes.every(isScope)) return reply.code(400).send({ error: 'invalid_scope' })
          const proof = [request.headers['dpop']].flat()[0]
          const binding = proof === undefined ? {} : await bindingOf(proof).catch(() => undefined)
          if (binding === undefined) return reply.code(400).send({ error: 'invalid_dpop_proof' })
          return {
            access_token: await token({
              client,
              scope: scopes.join(' '),
              claims: { ...(sub && { sub }), ...(tenant && { tenant }), ...binding },
            }),
            token_type: proof === undefined ? 'Bearer' : 'DPoP',
            expires_in: LIFETIME_SECONDS,
            scope: scopes.join(' '),
          }
        })
        done()
      })
    },
  }
}
