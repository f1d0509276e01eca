import { execFileSync } from 'node:child_process'

const runs = (command: string, args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Installs Prometheus the way this machine installs things, where it is not there. */
function install(): void {
  if (runs('promtool', ['--version'])) return
  if (process.getuid?.() === 0 && runs('apt-get', ['--version'])) {
    console.log('installing prometheus for the tests …')
    runs('apt-get', ['update', '-qq'])
    runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'prometheus'])
  }
  if (!runs('promtool', ['--version'])) throw new Error('The tests of the alerts need promtool, of Prometheus.')
}

/** What `promtool` says; throws with it where a check fails. */
export function promtool(...args: readonly string[]): string {
  install()
  try {
    return execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
    throw new Error(`promtool ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}
