import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureRequests, type RequestReport } from './house/requests.js'
import { importCycles, looseFiles, longFunctions } from './house/source.js'

// How much code a reader meets: loose files, long functions, import cycles, and what runs for one request.
//   --json   prints the figures for another program
//   --check  measures no request, and fails unless there are no loose files, no long functions and no cycles

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
})

/** Compiles the server: what is measured is what is deployed. */
function build(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' })
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

function requestTable(requests: readonly RequestReport[]): string[] {
  const head = ['request', 'files', 'functions', 'aim', 'call depth', 'files of @apollo/server']
  return [
    '',
    'Own code that runs for one request, by V8 precise coverage; call depth by a breakpoint at each function that ran:',
    '',
    row(head),
    row(head.map(() => '---')),
    ...requests.map(({ title, files, functions, maxFunctions, depth, packages }) => {
      const aim = `≤ ${maxFunctions}: ${functions <= maxFunctions ? 'met' : 'missed'}`
      return row([title, files, functions, aim, depth, packages['@apollo/server']!])
    }),
  ]
}

const listed = (title: string, items: readonly string[]): string[] => [
  `${title}: ${items.length} (target 0)`,
  ...items.map((item) => `  ${item}`),
]

if (!options.check) build()
const loose = looseFiles(ROOT)
const long = longFunctions(ROOT)
const cycles = await importCycles(ROOT)
// The figures of requests have aims and no bounds; a breakpoint at each function takes minutes.
const requests = options.check ? undefined : await measureRequests(ROOT)

if (options.json) console.log(JSON.stringify({ loose, long, cycles, requests }, null, 2))
else {
  const lines = [
    ...listed('Loose files in src/ and datasources/', loose),
    ...listed(
      'Functions of more than 60 lines, outside emulator/',
      long.map(({ file, line, name, lines }) => `${file}:${line} ${name}: ${lines} lines`),
    ),
    ...listed(
      'Import cycles, type-only imports included',
      cycles.map((files) => files.join(' → ')),
    ),
    ...(requests ? requestTable(requests) : []),
  ]
  console.log(lines.join('\n'))
}
if (options.check && loose.length + long.length + cycles.length > 0) process.exitCode = 1
