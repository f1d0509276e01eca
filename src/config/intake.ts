import type { Settings } from '../../datasources/contract/provider.js'
import { trustProxy } from './network.js'
import type { AdmissionConfig, Config } from './types.js'

/** Admission control. */
export function admissionConfig(settings: Settings): AdmissionConfig | undefined {
  const mode = settings.choice(
    'ADMISSION',
    'Admission control: `on` refuses at once (`OVERLOADED`) what cannot be answered in time.',
    ['on', 'off'],
    'on',
  )
  const ceiling = settings.integer(
    'ADMISSION_MAX_CONCURRENCY',
    'Operations that may be in flight at most, those that wait for a provider included; each takes memory.',
    1_536,
    { min: 1, max: 100_000 },
  )
  const floor = settings.integer(
    'ADMISSION_MIN_CONCURRENCY',
    'Operations that may be in flight however busy the process is.',
    Math.min(32, ceiling),
    { min: 1, max: 10_000 },
  )
  if (floor > ceiling) settings.problem('ADMISSION_MIN_CONCURRENCY must not be above ADMISSION_MAX_CONCURRENCY')
  return mode === 'on' ? { floor, ceiling } : undefined
}

type IntakeConfig = Pick<
  Config,
  | 'trustProxy'
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'unauthenticatedPerMinute'
  | 'bodyTimeoutMs'
  | 'maxBufferedBodyBytes'
  | 'maxBufferedAnswerBytes'
>

/** The limits of what connections may send and leave unread. */
export const intakeConfig = (settings: Settings): IntakeConfig => ({
  trustProxy: trustProxy(settings),
  maxConnections: settings.integer('MAX_CONNECTIONS', 'Open connections of all addresses together.', 10_000, {
    min: 1,
    max: 1_000_000,
  }),
  maxConnectionsPerAddress: settings.integer(
    'MAX_CONNECTIONS_PER_ADDRESS',
    'Open connections of one address (of IPv6 a /64) that is not a proxy of `TRUST_PROXY`; others are closed.',
    1_000,
    { min: 1, max: 1_000_000 },
  ),
  unauthenticatedPerMinute: settings.integer(
    'UNAUTHENTICATED_REQUESTS_PER_MINUTE',
    'Requests without a valid token, to an unknown address, and forged deliveries of webhooks that one client address may send in a minute; others answer `RATE_LIMITED`. 0 is no limit.',
    600,
    { min: 0, max: 1_000_000 },
  ),
  bodyTimeoutMs: settings.integer(
    'BODY_TIMEOUT_MS',
    'Time in milliseconds for which a request body may stand still; then it is refused with status 408.',
    10_000,
    { min: 100, max: 30_000 },
  ),
  maxBufferedBodyBytes: settings.integer(
    'MAX_BUFFERED_BODY_BYTES',
    'Memory of the request bodies that arrive at one time, or wait for their requests to be let in, in bytes; beyond it requests answer `OVERLOADED`.',
    67_108_864,
    { min: 1_048_576, max: 1_073_741_824 },
  ),
  maxBufferedAnswerBytes: settings.integer(
    'MAX_BUFFERED_ANSWER_BYTES',
    'Memory of answers of 64 KB and more that wait for their clients, in bytes; beyond it requests answer `OVERLOADED`.',
    134_217_728,
    { min: 1_048_576, max: 1_073_741_824 },
  ),
})
