import { randomUUID } from 'node:crypto'
import {
  createRemoteJwksSigningKeyProvider,
  defineConfig,
  extractFromHeader,
  type GatewayPlugin,
} from '@graphql-hive/gateway'
import { createRemoteJWKSet, jwtVerify } from 'jose'

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

/** What the gateway keeps of an operation. */
interface OperationContext {
  /** Those of the request, joined with the payload of `connection_init` of a WebSocket. */
  readonly headers?: Readonly<Record<string, unknown>>
  /** Absent on a WebSocket. */
  readonly request?: Request
  readonly params?: object
  readonly jwt?: { readonly payload?: object }
  /** The payload of `connection_init` of a WebSocket. */
  readonly connectionParams?: { readonly authorization?: unknown }
}

const VERIFICATION = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256' as const] }
const JWKS_URL = `${ISSUER}/oauth/jwks`
const keys = createRemoteJWKSet(new URL(JWKS_URL))

/** Who calls. `jwt` verifies the token of a request; that of a WebSocket it would verify after `genericAuth` has asked. */
async function userOf({ jwt, connectionParams }: OperationContext): Promise<object | undefined> {
  const token = /^Bearer (\S+)$/.exec(String(connectionParams?.authorization ?? ''))?.[1]
  if (token === undefined) return jwt?.payload
  return jwtVerify(token, keys, VERIFICATION).then(
    ({ payload }) => payload,
    () => undefined,
  )
}

/** An operation has one correlation id in all subgraphs, also where its client sent none. */
const ids = new WeakMap<object, string>()

function correlationIdOf(context: OperationContext): string {
  const operation = context.request ?? context.params ?? context
  const id = ids.get(operation) ?? randomUUID()
  ids.set(operation, id)
  return id
}

/** What is forwarded to a subgraph; `propagateHeaders.fromClientToSubgraphs` does it for requests, and not for a WebSocket. */
function forwardedOf(context: OperationContext): Readonly<Record<string, string>> {
  const said = [...FORWARDED, CORRELATION].flatMap((name) => {
    const value = context.headers?.[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return { [CORRELATION]: correlationIdOf(context), ...Object.fromEntries(said) }
}

const forwarding: GatewayPlugin = {
  onSubgraphExecute({ executionRequest }) {
    const headers = forwardedOf(executionRequest.context as OperationContext)
    executionRequest.extensions = { ...executionRequest.extensions, headers }
  },
}

export const gatewayConfig = defineConfig({
  // `@authenticated` and `@requiresScopes` of the supergraph are enforced here; kyc-graph checks both again.
  jwt: {
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: JWKS_URL })],
    tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
    tokenVerification: VERIFICATION,
    reject: { missingToken: false, invalidToken: true },
  },
  genericAuth: {
    mode: 'protect-granular',
    // A field that is refused is null, as kyc-graph does it; the rest of the operation is answered.
    rejectUnauthenticated: false,
    resolveUserFn: (context) => userOf(context as OperationContext),
  },
  propagateHeaders: {
    fromSubgraphsToClient: ({ response }) => ({ [CORRELATION]: response.headers.get(CORRELATION) }),
    deduplicateHeaders: true,
  },
  plugins: () => [forwarding],
  // kyc-graph takes a subscription as a POST; the gateway would send a GET.
  transportEntries: { '*.http': { options: { method: 'POST' } } },
  // Longer than REQUEST_TIMEOUT_MS of kyc-graph, which answers what it has by then. `upstreamRetry` stays unset: a
  // write whose answer was lost is repeated by its client, with the same idempotency key. It would end a subscription too.
  upstreamTimeout: ({ executionRequest }) => (executionRequest?.operationType === 'subscription' ? 0 : 20_000),
  // The cost of the whole operation; kyc-graph limits that of each of its parts.
  demandControl: { maxCost: 25_000 },
  graphiql: false,
  landingPage: false,
})
