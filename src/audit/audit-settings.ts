import type { Settings } from '../../datasources/contract/provider.js'
import type { RedisAddress } from '../store/redis-address.js'

/** The sink of the audit trail. */
export type AuditDestination = { readonly file: string } | { readonly stdout: true } | { readonly stream: string }

/** When lines of a file are forced to the disk: by the system alone, once a second, or before a write is acknowledged. */
const FSYNC = ['off', 'interval', 'write'] as const
export type Fsync = (typeof FSYNC)[number]

/** The settings of the trail's sink. */
export interface AuditSinkConfig {
  readonly audit: AuditDestination
  /** For a file. */
  readonly auditFsync: Fsync
}

/** Reads the settings of the trail's sink. */
export function readAuditSink(settings: Settings, redis: RedisAddress | undefined): AuditSinkConfig {
  const named = settings.text(
    'AUDIT_LOG',
    'Destination of the audit trail: a file, `stdout`, or `redis:<stream>` in `REDIS_URL`.',
    'audit.log',
  )
  const stream = /^redis:(.*)$/.exec(named)?.[1]?.trim()
  if (stream === '') settings.problem('AUDIT_LOG names no stream after redis:')
  if (stream !== undefined && redis === undefined) settings.problem('REDIS_URL is missing; AUDIT_LOG needs it')
  const auditFsync = settings.choice(
    'AUDIT_FSYNC',
    'When lines of an audit file are forced to the disk (fsync): `off` leaves it to the system, `interval` does it each second, `write` before an operation goes on.',
    FSYNC,
    'off',
  )
  const audit = stream !== undefined ? { stream } : named === 'stdout' ? ({ stdout: true } as const) : { file: named }
  return { audit, auditFsync }
}
