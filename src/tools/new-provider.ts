import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where each template goes; `NAME` stands for the provider's name. */
const FILES: Readonly<Record<string, string>> = {
  'index.ts': 'datasources/NAME/index.ts',
  'instance.ts': 'datasources/NAME/instance.ts',
  'contract.ts': 'datasources/NAME/contract.ts',
  'datasource.ts': 'datasources/NAME/datasource.ts',
  'mapping.ts': 'datasources/NAME/mapping.ts',
  'queries.ts': 'datasources/NAME/queries.ts',
  'commands.ts': 'datasources/NAME/commands.ts',
  'emulator.ts': 'datasources/NAME/emulator/index.ts',
  'schema.ts': 'schema/NAME-record.ts',
  'resolver.ts': 'resolvers/NAME-record.ts',
  'test.ts': 'test/datasources/NAME/NAME.test.ts',
}

/** Lines that the lists of the repository get: file, the text that they stand before, and the lines. */
const LINES: readonly (readonly [file: string, before: string, lines: string])[] = [
  ['datasources/index.ts', 'import { sei }', "import { {{name}} } from './{{name}}/index.js'\n"],
  ['datasources/index.ts', '}\n\nexport type Providers', '  {{name}},\n'],
  ['resolvers/index.ts', '\nexport { references }', "import { {{Name}}RecordResolver } from './{{name}}-record.js'\n"],
  ['resolvers/index.ts', '] as const', '  {{Name}}RecordResolver,\n'],
  ['schema/shared.ts', '}\nregisterEnumType(Provider,', "  {{NAME}} = '{{NAME}}',\n"],
  ['schema/scopes.ts', "  'pii:read':", "  '{{name}}:read': 'records of {{Name}}',\n"],
  ['docs/scopes.md', '| `pii:read`', '| `{{name}}:read` | records of {{Name}} |\n'],
  ['test/support/methods.ts', '  banfico: () => ({', "  {{name}}: () => ({ getRecord: read('nothing') }),\n"],
]

/** What derives from the declarations. */
const EMITTERS = ['schema', 'codegen', 'settings'] as const

function fill(template: string, name: string): string {
  const title = name[0]!.toUpperCase() + name.slice(1)
  return template.replaceAll('{{name}}', name).replaceAll('{{Name}}', title).replaceAll('{{NAME}}', name.toUpperCase())
}

function insert(root: string, file: string, before: string, lines: string): void {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  const at = text.indexOf(before)
  if (at < 0) throw new Error(`${file} has no place for the provider: "${before.trim()}" is missing.`)
  writeFileSync(path, text.slice(0, at) + lines + text.slice(at))
}

/** Makes a room with one query, its emulator, its field in the graph and its test; answers the files. */
export function createProvider(root: string, name: string): readonly string[] {
  if (!/^[a-z][a-z0-9]{1,31}$/.test(name)) throw new Error('A name has 2 to 32 lower-case letters and digits.')
  if (existsSync(join(root, 'datasources', name))) throw new Error(`datasources/${name} exists already.`)
  const created = Object.entries(FILES).map(([template, target]) => {
    const path = target.replaceAll('NAME', name)
    const text = readFileSync(new URL(`provider-template/${template}.template`, import.meta.url), 'utf8')
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), fill(text, name))
    return path
  })
  for (const [file, before, lines] of LINES) insert(root, file, before, fill(lines, name))
  return created
}

if (process.argv[1] === import.meta.filename) {
  const root = process.cwd()
  try {
    const created = createProvider(root, process.argv[2] ?? '')
    execFileSync('npx', ['prettier', '--write', '--log-level', 'warn', ...created], { cwd: root, stdio: 'inherit' })
    for (const emitter of EMITTERS) execFileSync('npm', ['run', '--silent', emitter], { cwd: root, stdio: 'inherit' })
    console.log(
      `Created:\n${created.map((path) => `  ${path}`).join('\n')}\nNext: docs/adding-a-provider.md, then npm run check.`,
    )
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
