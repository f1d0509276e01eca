import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CorsConfig } from '../config.js'
import { isLoopback } from '../settings/settings-reader.js'

/** How long a browser may remember what a preflight said. */
const PREFLIGHT_SECONDS = 600

/** Headers that clients of GraphQL and browser agents of tracing send by themselves; `CORS_HEADERS` adds others. */
const ALLOWED_HEADERS = [
  'content-type',
  'authorization',
  'dpop',
  'x-correlation-id',
  'x-fapi-interaction-id',
  'x-purpose',
  'x-consent-id',
  'x-request-timeout-ms',
  'x-explain',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'x-apollo-operation-name',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
]

const CORS = {
  methods: ['GET', 'POST'],
  exposedHeaders: [
    'x-correlation-id',
    'x-fapi-interaction-id',
    'retry-after',
    'www-authenticate',
    'dpop-nonce',
    'date',
  ],
  // Callers are known by a bearer token alone: a browser has nothing to send along by itself.
  credentials: false,
  maxAge: PREFLIGHT_SECONDS,
}

/** True for the origin of a page that this machine serves, on any port. */
const isLoopbackOrigin = (origin: string): boolean =>
  /^https?:/.test(origin) &&
  URL.canParse(origin) &&
  new URL(origin).origin === origin &&
  isLoopback(new URL(origin).hostname)

/** True where browsers of any other origin may call. */
export const allowsOrigins = ({ origins, allowsLoopback }: CorsConfig): boolean => origins.length > 0 || allowsLoopback

/** True where the pages of an origin may call. */
export const allowsOrigin = ({ origins, allowsLoopback }: CorsConfig, origin: string): boolean =>
  origins.includes(origin) || (allowsLoopback && isLoopbackOrigin(origin))

/** True for a request of a page that may call; OPTIONS is one where it is a preflight (Fetch standard, 4.8). */
const mayCall = (config: CorsConfig, { method, headers }: FastifyRequest): boolean =>
  headers.origin !== undefined &&
  allowsOrigin(config, headers.origin) &&
  (method !== 'OPTIONS' || headers['access-control-request-method'] !== undefined)

/** Cross-origin requests: browsers may call from the listed origins (`CORS_ORIGINS`); from none by default. In development from pages of this machine too. */
export async function registerCors(app: FastifyInstance, config: CorsConfig): Promise<void> {
  if (!allowsOrigins(config)) return
  const options = { ...CORS, allowedHeaders: [...new Set([...ALLOWED_HEADERS, ...config.headers])] }
  await app.register(cors, {
    delegator: (request, decide) => decide(null, { ...options, origin: mayCall(config, request) }),
  })
}
