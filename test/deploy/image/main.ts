import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ADA } from '../../../datasources/emulator/people.js'
import { freePort } from '../../support/redis.js'
import { runIn, startIn } from './container.js'
import { ask, startSurroundings, type Surroundings } from './providers.js'
import { page, type Check } from './report.js'
import { buildImage, filesOf, forbiddenIn, type Image, imageIn, partsOf } from './rootfs.js'
import { measureStarts } from './starts.js'

const USAGE = `npm run image -- [--folder FOLDER] [--built] [--out FILE] [--rounds N]

Builds the images of deploy/Dockerfile without a container engine (root is needed) and checks the server's. The report is
written to FILE, deploy/image/README.md by default. With --built it takes what an earlier run has built in FOLDER.`
const MAX_MEGABYTES = 280
const SLOW_MS = 1_500

/** What the process may do in the image: nothing but run. */
function confinement(image: Image): readonly Check[] {
  const script = `
    const { writeFileSync } = require('node:fs')
    const write = (path) => { try { writeFileSync(path, ''); return 'written' } catch ({ code }) { return code } }
    console.log(JSON.stringify([process.getuid(), process.getgid(), process.pid, ...['/x', '/tmp/x', '/srv/kyc-graph/x'].map(write)]))`
  const { stdout, stderr } = runIn(image, ['node', '-e', script])
  const [uid, gid, pid, ...writes] = JSON.parse(stdout || JSON.stringify([stderr])) as [number, number, number, string]
  return [
    { what: 'user and group of the process', seen: `${uid}:${gid}`, holds: uid === 65532 && gid === 65532 },
    { what: 'number of the process', seen: String(pid), holds: pid === 1 },
    {
      what: 'writing to `/`, `/tmp` and the working directory',
      seen: writes.join(', '),
      holds: writes.every((code) => code !== 'written'),
    },
  ]
}

/** The modules whose code a start reads from the image: the entry point and the bundle. */
function compiled(image: Image): Check {
  const { stdout, stderr } = runIn(image, [...image.config.Entrypoint, '--check'], {
    NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
  })
  const count = `${stdout}${stderr}`.split('was accepted, keeping').length - 1
  return { what: 'modules whose code is read from the image', seen: String(count), holds: count >= 2 }
}

/** Starts the entry point, lets the health check ask, and stops it in the middle of an operation. */
async function life(image: Image, { emulators, settings, token }: Surroundings): Promise<readonly Check[]> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const own = { ...settings, PORT: String(port), ADMIN_PORT: String(adminPort), DRAIN_DELAY_MS: '1000' }
  const health = (): number | null => runIn(image, image.config.Healthcheck.Test.slice(1), own).status
  const container = startIn(image, own)
  while ((await ask(port, token, '{ __typename }')) === undefined) await delay(20)
  const whileUp = health()
  emulators.synctera.fault({ match: 'GET /v0/persons**', fault: 'slow', delayMs: SLOW_MS })
  const running = ask(port, token, `{ person(id: "${ADA.personId}") { id } }`)
  await delay(200)
  const begun = performance.now()
  container.signal('SIGTERM')
  const code = await container.exit()
  const seconds = (performance.now() - begun) / 1000
  const data = await running
  const whileDown = health()
  return [
    {
      what: 'health check while it runs, and when it has stopped',
      seen: `${whileUp}, ${whileDown}`,
      holds: whileUp === 0 && whileDown === 1,
    },
    { what: 'exit code after SIGTERM during an operation', seen: String(code), holds: code === 0 },
    { what: 'the answer of that operation', seen: data === undefined ? 'none' : 'complete', holds: data !== undefined },
    { what: 'seconds from SIGTERM to the end (drain delay 1 s)', seen: seconds.toFixed(1), holds: seconds < 21 },
  ]
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string', default: '/var/tmp/kyc-graph-image' },
      out: { type: 'string', default: 'deploy/image/README.md' },
      built: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '9' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return (console.log(USAGE), 0)
  const folder = resolve(values.folder)
  mkdirSync(folder, { recursive: true })
  if (!values.built) buildImage(folder)
  const image = imageIn(folder)
  const files = filesOf(image.root)
  const parts = partsOf(files)
  const megabytes = parts.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  const surroundings = await startSurroundings()
  const checks: Check[] = [
    { what: `megabytes (at most ${MAX_MEGABYTES})`, seen: megabytes.toFixed(0), holds: megabytes <= MAX_MEGABYTES },
    ...forbiddenIn(files).map(({ kind, found }) => ({
      what: `files: ${kind}`,
      seen: found.length === 0 ? 'none' : found.slice(0, 3).join(', '),
      holds: found.length === 0,
    })),
    ...confinement(image),
    compiled(image),
    ...(await life(image, surroundings)),
  ]
  const starts = await measureStarts(image, surroundings, folder, Number(values.rounds))
  await surroundings.close()
  writeFileSync(values.out, page({ config: image.config, parts, checks, starts }))
  for (const { what, seen, holds } of checks) console.log(`${holds ? 'holds' : 'BROKEN'}  ${what}: ${seen}`)
  for (const { name, ms, ratio } of starts) console.log(`${name}: ${ms.toFixed(0)} ms, ${ratio.toFixed(1)} times`)
  return checks.every(({ holds }) => holds) ? 0 : 1
}

process.exit(await main())
