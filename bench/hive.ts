import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Contender, type Setup, withStubs } from './contender.js'
import { type PlainCursors, withPlainCursor } from './cursors.js'
import { translate } from './hive/queries.js'
import { CORE, freePort, program, until } from './processes.js'

const folder = fileURLToPath(new URL('./hive', import.meta.url))
const bin = (name: string) => fileURLToPath(new URL(`./node_modules/.bin/${name}`, import.meta.url))

/** Starts Hive Gateway on the same stubs, with compiled operations. */
export async function startHive({ stubs }: Setup, cursors: PlainCursors, scratch: string): Promise<Contender> {
  const file = join(scratch, 'supergraph.graphql')
  execFileSync(process.execPath, [bin('mesh-compose'), '-c', 'mesh.config.mjs', '-o', file], {
    cwd: folder,
    stdio: 'ignore',
  })
  writeFileSync(file, withStubs(readFileSync(file, 'utf8'), stubs))
  const port = await freePort()
  const child = program(
    process.execPath,
    [bin('hive-gateway'), 'supergraph', file, '--port', String(port), '--host', '127.0.0.1', '--jit'],
    CORE.measured,
    {
      cwd: folder,
      log: join(scratch, 'hive.log'),
      env: { NODE_ENV: 'production', PATH: '/usr/local/bin:/usr/bin:/bin' },
    },
  )
  await until(async () => (await fetch(`http://127.0.0.1:${port}/readiness`)).ok, 'Hive Gateway')
  return {
    name: 'hive',
    port,
    path: '/graphql',
    child,
    translate: (workload, operation) => translate(workload, withPlainCursor(operation, cursors)),
  }
}
