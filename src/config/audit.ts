import type { Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import { readAuditSink } from '../audit/audit-settings.js'
import { readCheckpointSettings, readRootKeys } from '../audit/checkpoints/settings.js'
import { readSecuritySettings, type SecurityDestination } from '../security-events/settings.js'
import { isPlaintextSyslog } from '../security-events/syslog-address.js'
import { isLoopback } from '../settings/settings-reader.js'
import type { SecretConfig } from './types.js'

/** The audit trail: its sink, and its signed checkpoints. */
export function auditConfig(
  settings: Settings,
  plaintext: string[],
  { redis, keyServices }: SecretConfig,
  proxies: ProxySettings,
) {
  const checkpoints = readCheckpointSettings(settings, { redis, proxies, services: keyServices })
  const destination = checkpoints?.destination
  if (isPlaintextSyslog(destination) && !isLoopback(destination.syslog.host)) plaintext.push('AUDIT_CHECKPOINTS')
  const sink = readAuditSink(settings, redis)
  const rootKeys = readRootKeys(settings)
  const own = checkpoints?.root.publicKey
  const roots = own === undefined ? rootKeys : [...rootKeys, own]
  return { ...sink, checkpoints: checkpoints && { ...checkpoints, roots }, rootKeys }
}

export const auditMaskedReads = (settings: Settings): boolean =>
  settings.choice(
    'AUDIT_MASKED_READS',
    'Whether masked reads of persons and searches for them are in the audit trail too: a line for each such operation.',
    ['on', 'off'],
    'on',
  ) === 'on'

/** Where security events go. */
export function securityConfig(settings: Settings, plaintext: string[]): SecurityDestination | undefined {
  const destination = readSecuritySettings(settings)
  if (isPlaintextSyslog(destination) && !isLoopback(destination.syslog.host)) plaintext.push('SECURITY_LOG')
  return destination
}
