import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { startProcess } from '../../support/processes.js'
import type { Image } from './rootfs.js'

/** A running process of an image. */
export interface Container {
  readonly output: () => string
  /** Sends a signal to process 1 of the container. */
  readonly signal: (signal: NodeJS.Signals) => void
  readonly exit: () => Promise<number | null>
}

const argumentsOf = ({ root, config }: Image, command: readonly string[]): string[] => [
  root,
  config.WorkingDir,
  config.User,
  ...command,
]

const environmentOf = ({ config }: Image, settings: Readonly<Record<string, string>>) => ({
  ...Object.fromEntries(config.Env.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string])),
  ...settings,
})

/** Runs a command of an image to its end. */
export function runIn(image: Image, command: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('deploy/image/run.sh', argumentsOf(image, command), {
    env: environmentOf(image, settings),
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** Starts a command in an image; its own entry point unless one is given. */
export function startIn(
  image: Image,
  settings: Readonly<Record<string, string>>,
  command: readonly string[] = image.config.Entrypoint,
): Container {
  const child: ChildProcess = startProcess('deploy/image/run.sh', argumentsOf(image, command), {
    env: environmentOf(image, settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const gone = once(child, 'exit') as Promise<[number | null]>
  return {
    output: () => output,
    signal: (signal) => void execFileSync('pkill', [`-${signal}`, '-P', String(child.pid)]),
    exit: async () => (await gone)[0],
  }
}
