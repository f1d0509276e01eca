import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from '../soak/replica.js'
import { plot } from './plot.js'
import { broken, type Finished, merged, page } from './report.js'
import { scenarios } from './scenarios/index.js'

const USAGE = `npm run chaos -- [--only NAME,NAME] [--short] [--out FOLDER]

Puts the compiled server through trouble from outside and checks what it does. The report (README.md, report.json, plots)
is written to FOLDER, bench/chaos by default, where it keeps the runs of other scenarios. The short form, which CI runs,
writes a report only with --out.
Scenarios: ${scenarios.map(({ name }) => name).join(', ')}`

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`)
  process.exit(2)
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const names = values.only?.split(',').filter(Boolean) ?? scenarios.map(({ name }) => name)
const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name))
if (unknown.length > 0) fail(`There is no scenario ${unknown.join(', ')}.`)

const chosen = scenarios.filter(({ name }) => names.includes(name))
const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-chaos-'))
const finished: Finished[] = []
const out = values.out ?? (values.short ? join(folder, 'report') : 'bench/chaos')
mkdirSync(out, { recursive: true })
/** Writes the report; of scenarios that have not run now, what it said before is kept. */
function keepReport(): void {
  const file = join(out, 'report.json')
  const kept = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { readonly scenarios: Finished[] })
    : undefined
  const order = scenarios.map(({ name }) => name)
  const all = merged(kept?.scenarios ?? [], finished, order)
  writeFileSync(join(out, 'README.md'), page(all))
  writeFileSync(file, `${JSON.stringify({ scenarios: all }, null, 2)}\n`)
}

try {
  const program = build(join(folder, 'server'))
  for (const [i, { name, title, run }] of chosen.entries()) {
    console.log(`[${i + 1}/${chosen.length}] ${name}: ${title}`)
    const own = join(folder, name)
    mkdirSync(own)
    const begun = Date.now()
    const progress = (line: string): void => console.log(`  ${line}`)
    const { checks, table, panels = [] } = await run({ isShort: values.short, folder: own, program, progress })
    const seconds = (Date.now() - begun) / 1000
    const hasPlot = panels.length > 0
    if (hasPlot) writeFileSync(join(out, `${name}.svg`), `${plot(title, panels)}\n`)
    finished.push({ name, title, node: process.version, isShort: values.short, seconds, hasPlot, checks, table })
    for (const { what, bound, seen, holds } of checks)
      progress(`${holds ? 'holds' : 'BROKEN'}  ${what}: ${seen} (${bound})`)
    // The report of a short form is not kept, so what broke a check is told here.
    if (checks.some(({ holds }) => !holds)) for (const cells of table ?? []) progress(cells.join(' | '))
    keepReport()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const lines = broken(finished)
const checks = finished.reduce((sum, { checks: each }) => sum + each.length, 0)
console.log(`\n${checks - lines.length} of ${checks} checks hold${lines.length > 0 ? `:\n${lines.join('\n')}` : ''}`)
process.exit(lines.length === 0 && checks > 0 ? 0 : 1)
