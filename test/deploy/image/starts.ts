import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startProcess } from '../../support/processes.js'
import { build } from '../../soak/replica.js'
import { freePort } from '../../support/redis.js'
import { type Container, startIn } from './container.js'
import { ask, type Surroundings } from './providers.js'
import type { Image } from './rootfs.js'

/** The median time of one kind of start. */
export interface Start {
  readonly name: string
  readonly ms: number
  /** To that of `node -e 0`. */
  readonly ratio: number
}

const NOTHING = '`node -e 0` in the image'
const IMAGE = 'the image, to the first answer'
const TREE = 'the work tree (`npm start`), to the first answer'

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** The time to the first answer to an operation with a token; the server is ended then. */
async function firstAnswer(
  port: number,
  token: string,
  start: () => Pick<Container, 'exit' | 'signal'>,
): Promise<number> {
  const begun = performance.now()
  const container = start()
  while ((await ask(port, token, '{ __typename }')) === undefined) await delay(2)
  const ms = performance.now() - begun
  container.signal('SIGKILL')
  await container.exit()
  return ms
}

/** The server of the work tree, by the flags of `npm start` and the Node of the image. */
function startTree(image: Image, program: string, settings: Readonly<Record<string, string>>) {
  const child = startProcess(
    join(image.root, 'usr/local/bin/node'),
    [...image.config.Entrypoint.slice(1, -1), program],
    {
      env: settings,
      stdio: 'ignore',
    },
  )
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { signal: (signal: NodeJS.Signals) => void child.kill(signal), exit: () => gone }
}

/** Starts of each kind in turn, so that what the machine does meanwhile touches all alike. */
export async function measureStarts(
  image: Image,
  { settings, token }: Surroundings,
  folder: string,
  rounds: number,
): Promise<readonly Start[]> {
  const program = build(join(folder, 'tree'))
  const times: Record<string, number[]> = { [NOTHING]: [], [IMAGE]: [], [TREE]: [] }
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now()
    await startIn(image, {}, ['node', '-e', '0']).exit()
    times[NOTHING]!.push(performance.now() - begun)
    const port = await freePort()
    const own = { ...settings, PORT: String(port), ADMIN_PORT: String(await freePort()), AUDIT_LOG: 'stdout' }
    times[IMAGE]!.push(await firstAnswer(port, token, () => startIn(image, own)))
    times[TREE]!.push(await firstAnswer(port, token, () => startTree(image, program, own)))
  }
  execFileSync('rm', ['-rf', join(folder, 'tree')])
  const base = median(times[NOTHING]!)
  return Object.entries(times).map(([name, values]) => ({ name, ms: median(values), ratio: median(values) / base }))
}
