import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { createMetrics } from '../../../src/observability/metrics/all-metrics.js'
import { type App, startApp } from '../../support/app.js'

/** An address at which nothing listens. */
const NOWHERE = 'http://127.0.0.1:1'

const newKey = (): string => randomBytes(32).toString('base64')

/** Metrics that fail where an operation is counted, as a defect would. */
function brokenMetrics() {
  const metrics = createMetrics()
  return {
    ...metrics,
    reckoned: () => {
      throw new TypeError('a defect')
    },
  }
}

/** The servers that answer the examples: one in order, the others each in a trouble of its own. */
export type Servers = Readonly<
  Record<'sound' | 'narrow' | 'listed' | 'replaced' | 'unaudited' | 'issuerless' | 'broken', App>
>

export async function startServers(): Promise<Servers> {
  const sound = await startApp({ IDEMPOTENCY_PAYLOAD_HOURS: '1' })
  const [narrow, listed, replaced, unaudited, issuerless, broken] = await Promise.all([
    startApp(
      {
        RATE_LIMIT_COST_PER_MINUTE: '60',
        MAX_BUFFERED_BODY_BYTES: String(1024 * 1024),
        SYNCTERA_URL: undefined,
        PURPOSES: 'onboarding',
        REQUIRE_CONSENT: 'pii',
        CONSENT_URL: `${NOWHERE}/consents`,
      },
      sound,
    ),
    startApp({ SAFELIST: 'enforce', REDIS_URL: 'redis://127.0.0.1:1', STORE_ENCRYPTION_KEY: newKey() }, sound),
    startApp({ REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: newKey(), STORE_EPOCH: randomUUID() }, sound),
    startApp({ AUDIT_LOG: join(mkdtempSync(join(tmpdir(), 'kyc-graph-audit-')), 'gone', 'audit.log') }, sound),
    startApp({ AUTH_JWKS_URL: `${NOWHERE}/jwks` }, sound),
    startApp({}, sound, { metrics: brokenMetrics() }),
  ])
  return { sound, narrow, listed, replaced, unaudited, issuerless, broken }
}
