import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, vi } from 'vitest'

/** The compiled server, as a container runs it. */
let folder: string | undefined

/** Compiles once for all files of a worker; whether the types fit is said elsewhere. */
export function build(): void {
  if (folder !== undefined) return
  folder = mkdtempSync(join(tmpdir(), 'kyc-graph-'))
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck', '--outDir', folder])
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  symlinkSync(resolve('package.json'), join(folder, 'package.json'))
}

/** Starts it with these settings and no others. */
export function run(settings: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [join(folder!, 'src/main.js')], { env: { PATH: process.env['PATH'], AUDIT_LOG: join(folder!, 'audit.log'), ...settings } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return { child, output: () => output }
}

/** The address that a server logs once it listens. */
export async function urlOf({ output }: { output: () => string }): Promise<string> {
  await vi.waitFor(() => expect(output()).toContain('listening'), { timeout: 60_000 })
  return (JSON.parse(output().split('\n').find((line) => line.includes('listening'))!) as { url: string }).url
}

export const exitOf = async (child: ChildProcess): Promise<number | null> => (child.exitCode === null ? ((await once(child, 'exit')) as [number | null])[0] : child.exitCode)
