import { accessSync, constants, existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import ipaddr from 'ipaddr.js'
import { KeyRingError, loadKeys, parseRing } from '../keys/key-ring.js'
import type { Config } from './types.js'

const isAddress = (host: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)

/** True for an address that this machine has, or that stands for all of its addresses. */
function isOwnAddress(host: string): boolean {
  if (['0.0.0.0', '::'].includes(host) || /^127\./.test(host) || host === '::1') return true
  return Object.values(networkInterfaces())
    .flat()
    .some((own) => own?.address === host)
}

/** The problem of an address to listen on. A name is not looked up: that needs the network. */
const addressProblem = (name: string, host: string): readonly string[] =>
  isAddress(host) && !isOwnAddress(host) ? [`${name} is no address of this machine`] : []

function auditProblem({ audit }: Config): readonly string[] {
  if (!('file' in audit)) return []
  try {
    accessSync(existsSync(audit.file) ? audit.file : dirname(audit.file), constants.W_OK)
    return []
  } catch {
    return ['AUDIT_LOG names a file that cannot be written']
  }
}

/** The key ring is unwrapped where its keys need no key service; else its form alone is checked. */
async function keyProblem(config: Config): Promise<readonly string[]> {
  const { keyRing } = config
  if (keyRing === undefined) return []
  try {
    const isLocal = parseRing(keyRing.text).every(({ wrapping }) => wrapping === 'local')
    if (isLocal) await loadKeys(config)
    return []
  } catch (error) {
    if (error instanceof KeyRingError) return [error.message]
    throw error
  }
}

/** What this machine and the files on it do not allow, of a configuration that can be read. No network is used. */
export async function machineProblems(config: Config): Promise<readonly string[]> {
  const { host, admin } = config
  return [
    ...addressProblem('HOST', host),
    ...(admin === undefined ? [] : addressProblem('ADMIN_HOST', admin.host)),
    ...auditProblem(config),
    ...(await keyProblem(config)),
  ]
}
