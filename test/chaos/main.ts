import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from '../soak/replica.js'
import { plot } from './plot.js'
import { broken, type Finished, page } from './report.js'
import { scenarios } from './scenarios/index.js'

const USAGE = `npm run chaos -- [--only NAME,NAME] [--short] [--out FOLDER]

Puts the compiled server through trouble from outside and checks what it does. The report (README.md, report.json, plots)
is written to FOLDER, bench/chaos by default; the short form is what CI runs.
Scenarios: ${scenarios.map(({ name }) => name).join(', ')}`

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`)
  process.exit(2)
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/chaos' },
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
try {
  const program = build(join(folder, 'server'))
  for (const [i, scenario] of chosen.entries()) {
    console.log(`[${i + 1}/${chosen.length}] ${scenario.name}: ${scenario.title}`)
    const own = join(folder, scenario.name)
    mkdirSync(own)
    const begun = Date.now()
    const progress = (line: string): void => console.log(`  ${line}`)
    const outcome = await scenario.run({ isShort: values.short, folder: own, program, progress })
    finished.push({ scenario, outcome, seconds: (Date.now() - begun) / 1000 })
    for (const { what, bound, seen, holds } of outcome.checks)
      progress(`${holds ? 'holds' : 'BROKEN'}  ${what}: ${seen} (${bound})`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

mkdirSync(values.out, { recursive: true })
writeFileSync(join(values.out, 'README.md'), page(process.version, finished))
const rows = finished.map(({ scenario: { name, title }, outcome, seconds }) => ({ name, title, seconds, ...outcome }))
writeFileSync(
  join(values.out, 'report.json'),
  `${JSON.stringify({ node: process.version, scenarios: rows }, null, 2)}\n`,
)
for (const { scenario, outcome } of finished)
  if (outcome.panels && outcome.panels.length > 0)
    writeFileSync(join(values.out, `${scenario.name}.svg`), `${plot(scenario.title, outcome.panels)}\n`)

const lines = broken(finished)
const checks = finished.reduce((sum, { outcome }) => sum + outcome.checks.length, 0)
console.log(`\n${checks - lines.length} of ${checks} checks hold${lines.length > 0 ? `:\n${lines.join('\n')}` : ''}`)
process.exit(lines.length === 0 && checks > 0 ? 0 : 1)
