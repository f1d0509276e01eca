import { randomUUID } from 'node:crypto'
import { createRemoteJwksSigningKeyProvider, defineConfig, extractFromHeader } from '@graphql-hive/gateway'

const { ISSUER = '', AUDIENCE = 'kyc-graph' } = process.env

/** What a client says, and kyc-graph reads: `docs/routers.md` has the meaning of each. */
const FORWARDED = [
  'authorization',
  'x-request-timeout-ms',
  'x-fapi-interaction-id',
  'x-purpose',
  'x-consent-id',
  'traceparent',
  'tracestate',
]
const CORRELATION = 'x-correlation-id'

/** An operation has one correlation id in all subgraphs, also where its client sent none. */
const ids = new WeakMap<Request, string>()

function correlationIdOf(request: Request): string {
  const id = request.headers.get(CORRELATION) ?? ids.get(request) ?? randomUUID()
  ids.set(request, id)
  return id
}

export const gatewayConfig = defineConfig({
  // `@authenticated` and `@requiresScopes` of the supergraph are enforced here; kyc-graph checks both again.
  jwt: {
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: `${ISSUER}/oauth/jwks` })],
    tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
    tokenVerification: { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] },
    reject: { missingToken: false, invalidToken: true },
  },
  genericAuth: {
    mode: 'protect-granular',
    // A field that is refused is null, as kyc-graph does it; the rest of the operation is answered.
    rejectUnauthenticated: false,
    resolveUserFn: (context: { readonly jwt?: { readonly payload?: object } }) => context.jwt?.payload,
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({
      ...Object.fromEntries(FORWARDED.map((name) => [name, request.headers.get(name)])),
      [CORRELATION]: correlationIdOf(request),
    }),
    fromSubgraphsToClient: ({ response }) => ({ [CORRELATION]: response.headers.get(CORRELATION) }),
    deduplicateHeaders: true,
  },
  // Longer than REQUEST_TIMEOUT_MS of kyc-graph, which answers what it has by then. `upstreamRetry` stays unset: a
  // write whose answer was lost is repeated by its client, with the same idempotency key.
  upstreamTimeout: 20_000,
  // The cost of the whole operation; kyc-graph limits that of each of its parts.
  demandControl: { maxCost: 25_000 },
  graphiql: false,
  landingPage: false,
})
