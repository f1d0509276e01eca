import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { soak } from './soak.js'
import { table } from './report.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string' },
    replicas: { type: 'string', default: '3' },
    out: { type: 'string', default: 'bench/soak' },
    keep: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
const replicas = Number(values.replicas)
if (!Number.isInteger(replicas) || replicas < 2) throw new Error('--replicas is a whole number from 2')
const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-soak-'))
const replay = `npm run soak -- --seconds ${seconds} --replicas ${replicas} --seed ${seed}`
console.log(`${replay}   (the same operations and troubles; their timing is the machine's)`)

const MAX_SHOWN = 25

try {
  const progress = (line: string): void => console.log(line)
  const { report, svg, findings } = await soak({ seconds, seed, replicas, folder, progress })
  mkdirSync(values.out, { recursive: true })
  writeFileSync(join(values.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(values.out, 'soak.svg'), `${svg}\n`)
  console.log(table(report))
  if (findings.length > 0) {
    console.error(
      `\n${findings.length} findings:\n${findings
        .slice(0, MAX_SHOWN)
        .map(({ kind, what }) => `- ${kind}: ${what}`)
        .join(
          '\n',
        )}${findings.length > MAX_SHOWN ? `\n… and ${findings.length - MAX_SHOWN} more` : ''}\nto replay: ${replay}`,
    )
    process.exitCode = 1
  }
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}
