import type { FastifyInstance } from 'fastify'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type Scope, SCOPES } from '../../schema/scopes.js'

export const AUDIENCE = 'kyc-graph'
const LIFETIME = '12h'

export interface Grant {
  readonly client: string
  readonly scope: string
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Signs development's tokens with a key that this process made and forgets. */
export interface Issuer {
  readonly issuer: string
  readonly token: (grant: Grant) => Promise<string>
  /** `POST /oauth/token` (client credentials) and `GET /oauth/jwks`. */
  readonly routes: (app: FastifyInstance) => void
}

const known = (scope: string): scope is Scope => Object.hasOwn(SCOPES, scope)

export async function createIssuer(issuer: string): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'development', alg: 'ES256', use: 'sig' }

  const token = ({ client, scope, claims = {} }: Grant) =>
    new SignJWT({ scope, client_id: client, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'development' })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject(client)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(privateKey)

  return {
    issuer,
    token,
    routes(root) {
      void root.register((app, _options, done) => {
        app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) =>
          parsed(null, Object.fromEntries(new URLSearchParams(body as string))),
        )
        app.get('/oauth/jwks', () => ({ keys: [jwk] }))
        app.post<{ Body: Record<string, string> | undefined }>('/oauth/token', async (request, reply) => {
          const { grant_type, scope = '', client_id: client = 'ops', tenant } = request.body ?? {}
          void reply.header('cache-control', 'no-store')
          if (grant_type !== 'client_credentials') return reply.code(400).send({ error: 'unsupported_grant_type' })
          const scopes = scope.split(' ').filter(Boolean)
          if (!scopes.every(known)) return reply.code(400).send({ error: 'invalid_scope' })
          return {
            access_token: await token({ client, scope: scopes.join(' '), claims: tenant === undefined ? {} : { tenant } }),
            token_type: 'Bearer',
            expires_in: 12 * 3600,
            scope: scopes.join(' '),
          }
        })
        done()
      })
    },
  }
}
