import { expect, test } from 'vitest'
import { readErasureConfig, readSecretConfig, readSecurityConfig, readVerifyConfig } from '../../src/config.js'

const REDIS = { REDIS_URL: 'redis://redis.test:6379' }
const VAULT = { VAULT_ADDR: 'http://vault.test:8200', VAULT_TOKEN: 'x' }
const SYSLOG = { SECURITY_LOG: 'syslog:tcp://syslog.test:601' }

/** The part of the settings that each tool reads. */
const PARTS = {
  'keys and store:accept': readSecretConfig,
  'audit:verify': readVerifyConfig,
  erase: readErasureConfig,
  'security events of tools': readSecurityConfig,
}

test.each<[keyof typeof PARTS, Readonly<Record<string, string>>, string]>([
  ['keys and store:accept', REDIS, 'REDIS_URL'],
  ['keys and store:accept', VAULT, 'VAULT_ADDR'],
  ['audit:verify', REDIS, 'REDIS_URL'],
  ['audit:verify', VAULT, 'VAULT_ADDR'],
  ['audit:verify', { AUDIT_CHECKPOINTS: 'http://objects.test/trail' }, 'AUDIT_CHECKPOINTS'],
  ['erase', REDIS, 'REDIS_URL'],
  ['erase', VAULT, 'VAULT_ADDR'],
  ['erase', SYSLOG, 'SECURITY_LOG'],
  ['security events of tools', SYSLOG, 'SECURITY_LOG'],
])('%s: %j is refused, unless ALLOW_PLAINTEXT allows it', (part, settings, name) => {
  const problem = `${name} would be reached without encryption`
  expect(() => PARTS[part](settings)).toThrow(problem)
  const allowed = (): unknown => PARTS[part]({ ...settings, ALLOW_PLAINTEXT: 'true' })
  expect(allowed).not.toThrow()
})

test('tools reach this machine without encryption', () => {
  expect(readSecretConfig({ REDIS_URL: 'redis://127.0.0.1:6379' }).redis).toMatchObject({ tls: false })
})
