import type { Settings } from '../../datasources/contract/provider.js'

/** A syslog server. */
export interface SyslogAddress {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  /** Certificate authority (PEM), instead of the public ones. */
  readonly ca: string | undefined
}

/** The destination of security events. */
export type SecurityDestination =
  | { readonly file: string }
  | { readonly stdout: true }
  | { readonly stream: string }
  | { readonly syslog: SyslogAddress }

const SYSLOG = /^syslog:(udp|tcp|tls):\/\/(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i

/** True for a syslog server that is reached without encryption. */
export const isPlaintextSyslog = (
  destination: SecurityDestination | undefined,
): destination is { syslog: SyslogAddress } =>
  destination !== undefined && 'syslog' in destination && destination.syslog.transport !== 'tls'

function syslogAddress(settings: Settings, text: string, ca: string | undefined): SyslogAddress {
  const [, transport = 'udp', host = '', port = '0'] = SYSLOG.exec(text) ?? []
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    settings.problem('SECURITY_LOG must be syslog:udp://host:port, syslog:tcp://host:port or syslog:tls://host:port')
  return {
    transport: transport.toLowerCase() as SyslogAddress['transport'],
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    ca,
  }
}

/** Reads where security events go; undefined where they go nowhere. */
export function readSecuritySettings(settings: Settings): SecurityDestination | undefined {
  const text = settings.text(
    'SECURITY_LOG',
    'Destination of security events: `off`, `stdout`, a file, `redis:<stream>` in `REDIS_URL`, or `syslog:udp://host:port`, `syslog:tcp://…`, `syslog:tls://…` (RFC 5424).',
    'off',
  )
  const ca = settings.optionalPem(
    'SECURITY_LOG_CA_FILE',
    'Certificate authority (PEM) of the syslog server of `SECURITY_LOG`, instead of the public ones.',
  )
  if (text === 'off') return undefined
  if (text === 'stdout') return { stdout: true }
  if (text.startsWith('syslog:')) return { syslog: syslogAddress(settings, text, ca) }
  const stream = /^redis:(.*)$/.exec(text)?.[1]?.trim()
  if (stream === undefined) return { file: text }
  if (stream === '') settings.problem('SECURITY_LOG names no stream after redis:')
  if (!settings.has('REDIS_URL')) settings.problem('REDIS_URL is missing; SECURITY_LOG needs it')
  return { stream }
}
