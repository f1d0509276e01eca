import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The commit of a release, from the file `RELEASES`. */
function commitOf(version: string): string {
  const line = readFileSync('RELEASES', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${version}\t`))
  if (line === undefined) throw new Error(`RELEASES has no version ${version}.`)
  return line.split('\t')[1]!.trim()
}

/** False in a clone without the history, such as a shallow one or an archive. */
function isHere(commit: string): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Compiles a release from its commit, with the packages of this version; returns the file that `node` runs, or undefined
 * where the commit is not in this clone. Types are not checked: they were when it was released.
 */
export function buildRelease(version: string, folder: string): string | undefined {
  const commit = commitOf(version)
  if (!isHere(commit)) return undefined
  const source = join(folder, version)
  mkdirSync(source, { recursive: true })
  const archive = execFileSync('git', ['archive', commit], { maxBuffer: 256 * 1024 * 1024 })
  execFileSync('tar', ['-x', '-C', source], { input: archive })
  symlinkSync(resolve('node_modules'), join(source, 'node_modules'))
  const compiler = resolve('node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', 'dist'], {
    cwd: source,
  })
  return join(source, 'dist/src/main.js')
}
