import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** How long a browser may remember what a preflight said. */
const PREFLIGHT_SECONDS = 600

const CORS = {
  methods: ['GET', 'POST'],
  allowedHeaders: [
    'content-type',
    'authorization',
    'x-correlation-id',
    'x-request-timeout-ms',
    'x-explain',
    'apollo-require-preflight',
  ],
  exposedHeaders: ['x-correlation-id', 'retry-after', 'www-authenticate'],
  // Callers are known by a bearer token alone: a browser has nothing to send along by itself.
  credentials: false,
  maxAge: PREFLIGHT_SECONDS,
}

/** Cross-origin requests: browsers may call from the listed origins (`CORS_ORIGINS`); from none by default. */
export async function registerCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length > 0) await app.register(cors, { ...CORS, origin: [...origins] })
}
