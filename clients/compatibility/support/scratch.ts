import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package, and the repository's. */
export const HERE = fileURLToPath(new URL('..', import.meta.url))
export const ROOT = join(HERE, '../..')

const folders: string[] = []

/** Creates an empty folder from which this package's modules resolve; `removeScratch` removes it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-clients-'))
  folders.push(folder)
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Removes every scratch folder of this process. */
export function removeScratch(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
