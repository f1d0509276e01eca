import { mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** A tenant as the file describes it. */
export interface GivenTenant {
  readonly banks?: readonly string[]
  readonly limits?: Readonly<Record<string, number>>
  readonly settings: Readonly<Record<string, string>>
}

/** A new folder of a test. */
export const folder = (): string => mkdtempSync(join(tmpdir(), 'kyc-graph-tenants-'))

/** Writes a file as a whole: no reader sees a part of it. */
export function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

/** Writes the tenants as YAML, and returns the path. */
export function writeTenants(tenants: Readonly<Record<string, GivenTenant>>, path = join(folder(), 'tenants.yaml')) {
  write(path, stringify({ tenants }))
  return path
}

/** What the environment must not say beside the file. */
export const NO_PROVIDERS = Object.fromEntries(
  ['OBP', 'SYNCTERA', 'APITURE', 'SEI', 'BANFICO'].map((name) => [`${name}_URL`, undefined]),
)
