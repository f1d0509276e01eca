import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SCOPES } from '../../schema/scopes.js'

/** Target of each template; `NAME` stands for the provider's name. */
const FILES: Readonly<Record<string, string>> = {
  'index.ts': 'datasources/NAME/index.ts',
  'instance.ts': 'datasources/NAME/instance.ts',
  'settings.ts': 'datasources/NAME/settings.ts',
  'contract.ts': 'datasources/NAME/contract.ts',
  'datasource.ts': 'datasources/NAME/datasource.ts',
  'error-mapping.ts': 'datasources/NAME/error-mapping.ts',
  'mapping.ts': 'datasources/NAME/mapping.ts',
  'queries.ts': 'datasources/NAME/queries.ts',
  'commands.ts': 'datasources/NAME/commands.ts',
  'probe.ts': 'datasources/NAME/probe.ts',
  'emulator.ts': 'datasources/NAME/emulator/index.ts',
  'schema.ts': 'schema/NAME-record.ts',
  'resolver.ts': 'resolvers/NAME-record.ts',
  'test.ts': 'test/datasources/NAME/NAME.test.ts',
}

/** Lines for the lists of the repository: the file, the text before which the lines are inserted, and the lines. */
const LINES: readonly (readonly [file: string, before: string, lines: string])[] = [
  ['datasources/index.ts', 'import { sei }', "import { {{name}} } from './{{name}}/index.js'\n"],
  ['datasources/index.ts', '}\n\nexport type Providers', '  {{name}},\n'],
  [
    'resolvers/index.ts',
    '\nexport { keys as referenceKeys',
    "import { {{Name}}RecordResolver } from './{{name}}-record.js'\n",
  ],
  ['resolvers/index.ts', '] as const', '  {{Name}}RecordResolver,\n'],
  ['schema/shared.ts', '}\nregisterEnumType(KycProvider,', "  {{NAME}} = '{{NAME}}',\n"],
  [
    'schema/shared.ts',
    '  },\n})\n\nexport enum CustomerSortDirection',
    "    {{NAME}}: { description: '{{Name}}: one sentence on what this provider knows.' },\n",
  ],
  ['schema/scopes.ts', "  'pii:read':", "  '{{name}}:read': 'records of {{Name}}',\n"],
  ['schema/field-masks.ts', '      userCustomerLinks verificationResult', '      {{name}}Record\n'],
  [
    'schema/field-masks.ts',
    '  AddKycCheckPayload: {',
    "  {{Name}}Record: { identifier: 'id', name: 'name', recordTime: 'createdAt' },\n",
  ],
  ['schema/field-masks.ts', "  'Query.userCustomerLinks'", "  'Query.{{name}}Record': { identifier: 'id' },\n"],
  ['docs/scopes.md', '| `pii:read`', '| `{{name}}:read` | records of {{Name}} |\n'],
  ['test/support/methods.ts', '  banfico: () => ({', "  {{name}}: () => ({ getRecord: read('nothing') }),\n"],
  ['test/soak/chaos.ts', '}\nconst MATCHES', "  {{name}}: '* /v1/**',\n"],
]

/** The scripts that emit files from the declarations. */
const EMITTERS = ['schema', 'codegen', 'settings', 'scopes', 'data:map'] as const

function fill(template: string, name: string): string {
  const title = name[0]!.toUpperCase() + name.slice(1)
  return template.replaceAll('{{name}}', name).replaceAll('{{Name}}', title).replaceAll('{{NAME}}', name.toUpperCase())
}

const templateOf = (name: string): string =>
  readFileSync(new URL(`provider-template/${name}.template`, import.meta.url), 'utf8')

function insert(text: string, file: string, before: string, lines: string): string {
  const at = text.indexOf(before)
  if (at < 0) throw new Error(`${file} has no place for the provider: "${before.trim()}" is missing.`)
  return text.slice(0, at) + lines + text.slice(at)
}

/**
 * Creates a provider folder with one query, its emulator, its GraphQL type and resolver, and its test, and adds the
 * provider to the lists of the repository. Returns the created files. Nothing is written when anything is missing.
 */
export function createProvider(root: string, name: string): readonly string[] {
  if (!/^[a-z][a-z0-9]{1,31}$/.test(name)) throw new Error('A name has 2 to 32 lower-case letters and digits.')
  if (existsSync(join(root, 'datasources', name))) throw new Error(`datasources/${name} exists already.`)
  if (Object.hasOwn(SCOPES, `${name}:read`)) throw new Error(`The scope ${name}:read exists already.`)

  const created = new Map(
    Object.entries(FILES).map(([template, path]) => [path.replaceAll('NAME', name), fill(templateOf(template), name)]),
  )
  const changed = new Map<string, string>()
  for (const [file, before, lines] of LINES) {
    const text = changed.get(file) ?? readFileSync(join(root, file), 'utf8')
    changed.set(file, insert(text, file, before, fill(lines, name)))
  }
  for (const [path, text] of [...created, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return [...created.keys()]
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
