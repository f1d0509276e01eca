import type { Settings } from '../../datasources/contract/provider.js'
import { authority } from '../settings/settings-reader.js'
import { readSyslogAddress, type SyslogAddress } from './syslog-address.js'

/** The destination of security events. */
export type SecurityDestination =
  | { readonly file: string }
  | { readonly stdout: true }
  | { readonly stream: string }
  | { readonly syslog: SyslogAddress }

/** Reads where security events go; undefined where they go nowhere. */
export function readSecuritySettings(settings: Settings): SecurityDestination | undefined {
  const text = settings.text(
    'SECURITY_LOG',
    'Destination of security events: `off`, `stdout`, a file, `redis:<stream>` in `REDIS_URL`, or `syslog:udp://host:port`, `syslog:tcp://…`, `syslog:tls://…` (RFC 5424).',
    'off',
  )
  const ca = authority(
    settings,
    'SECURITY_LOG_CA_FILE',
    'Certificate authority (PEM) of the syslog server of `SECURITY_LOG`, instead of the public ones.',
  )
  if (text === 'off') return undefined
  if (text === 'stdout') return { stdout: true }
  if (text.startsWith('syslog:')) return { syslog: readSyslogAddress(settings, 'SECURITY_LOG', text, ca) }
  const stream = /^redis:(.*)$/.exec(text)?.[1]?.trim()
  if (stream === undefined) return { file: text }
  if (stream === '') settings.problem('SECURITY_LOG names no stream after redis:')
  if (!settings.has('REDIS_URL')) settings.problem('REDIS_URL is missing; SECURITY_LOG needs it')
  return { stream }
}
