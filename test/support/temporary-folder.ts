import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Vitest's global setup: every temporary folder of the run is made in one, which is removed at its end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-test-'))
  process.env['TMPDIR'] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
