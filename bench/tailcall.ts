import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment } from '../src/config.js'
import { type Contender, type Setup, withStubs } from './contender.js'
import { type PlainCursors, withPlainCursor } from './cursors.js'
import { CUSTOMER, PERSON, translate } from './hive/queries.js'
import type { Operation } from './operations.js'
import { CORE, freePort, program, until } from './processes.js'
import type { Workload } from './workloads.js'

/** The program of the package, or that of the setting `TAILCALL` where the package's does not run. */
const PROGRAM =
  environment()['TAILCALL'] ??
  fileURLToPath(new URL('./node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall', import.meta.url))

/** A template cannot name an item of a list, so a person is a field of each attribute; a customer of (b) has one. */
const CUSTOMERS = `query Customers($limit: String, $offset: String) { customers(limit: $limit, offset: $offset) { customers { ${CUSTOMER} attributes { customer_attributes { person { ${PERSON} } } } } } }`

/** The same operation with the names of this contender. */
function withNames(workload: Workload, operation: Operation): Operation {
  const { query, variables } = translate(workload, operation)
  return { query: workload.name === 'Customers' ? CUSTOMERS : query, variables }
}

/** The reason why Tailcall does not run on this machine; undefined where it runs. */
export function tailcallProblem(): string | undefined {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: ['ignore', 'ignore', 'pipe'] })
    return undefined
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    const [cause] = (stderr?.toString() ?? message).split('\n')
    return cause!.slice(cause!.lastIndexOf('/') + 1)
  }
}

/** Starts Tailcall on the same stubs. */
export async function startTailcall({ stubs }: Setup, cursors: PlainCursors, scratch: string): Promise<Contender> {
  const port = await freePort()
  const file = join(scratch, 'tailcall.graphql')
  const config = readFileSync(new URL('./tailcall/config.graphql', import.meta.url), 'utf8')
  writeFileSync(file, withStubs(config, stubs).replace('port: 0', `port: ${port}`))
  const child = program(PROGRAM, ['start', file], CORE.measured, {
    log: join(scratch, 'tailcall.log'),
    env: { TAILCALL_LOG_LEVEL: 'error', TAILCALL_TRACKER: 'false' },
  })
  const ready = async () =>
    (
      await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      })
    ).ok
  await until(ready, 'Tailcall')
  return {
    name: 'tailcall',
    port,
    path: '/graphql',
    child,
    translate: (workload, operation) => withNames(workload, withPlainCursor(operation, cursors)),
  }
}
