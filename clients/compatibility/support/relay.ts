import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ConcreteRequest } from 'relay-runtime'
import { API_FILE, type Operation } from './operations.js'
import { run } from './run.js'
import { HERE, scratchFolder } from './scratch.js'

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Relay wants an operation to be named by its module and its kind. */
const relayName = ({ name, kind }: Operation): string => `${name}${capitalised(kind)}`

const CONFIG = {
  src: './src',
  schema: './api.graphql',
  artifactDirectory: './artifacts',
  language: 'javascript',
  eagerEsModules: true,
}

/** Compiles operations with relay-compiler; answers their artifacts by the operations' names. */
export async function compileForRelay(operations: readonly Operation[]): Promise<ReadonlyMap<string, ConcreteRequest>> {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'src'))
  mkdirSync(join(folder, 'artifacts'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  copyFileSync(API_FILE, join(folder, 'api.graphql'))
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(CONFIG))
  for (const operation of operations) {
    const text = operation.text.replace(
      `${operation.kind} ${operation.name}`,
      `${operation.kind} ${relayName(operation)}`,
    )
    writeFileSync(join(folder, 'src', `${operation.name}.js`), `graphql\`${text}\`\n`)
  }
  const { code, output } = await run(
    process.execPath,
    [join(HERE, 'node_modules/relay-compiler/cli.js'), 'relay.config.json'],
    folder,
  )
  if (code !== 0) throw new Error(`relay-compiler refuses the schema or an operation:\n${output}`)
  return new Map(
    await Promise.all(
      operations.map(async (operation) => {
        const file = pathToFileURL(join(folder, 'artifacts', `${relayName(operation)}.graphql.js`))
        const { default: artifact } = (await import(file.href)) as { default: ConcreteRequest }
        return [operation.name, artifact] as const
      }),
    ),
  )
}
