import type { Settings } from '../../datasources/contract/provider.js'

/** A syslog server. */
export interface SyslogAddress {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  /** Certificate authority (PEM), instead of the public ones. */
  readonly ca: string | undefined
}

const SYSLOG = /^syslog:(udp|tcp|tls):\/\/(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i

/** True for a destination that is a syslog server without encryption. */
export const isPlaintextSyslog = (destination: object | undefined): destination is { syslog: SyslogAddress } =>
  destination !== undefined &&
  'syslog' in destination &&
  (destination as { syslog: SyslogAddress }).syslog.transport !== 'tls'

/** Reads the address of a syslog server in the text of a setting. */
export function readSyslogAddress(
  settings: Settings,
  name: string,
  text: string,
  ca: string | undefined,
): SyslogAddress {
  const [, transport = 'udp', host = '', port = '0'] = SYSLOG.exec(text) ?? []
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    settings.problem(`${name} must be syslog:udp://host:port, syslog:tcp://host:port or syslog:tls://host:port`)
  return {
    transport: transport.toLowerCase() as SyslogAddress['transport'],
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    ca,
  }
}
