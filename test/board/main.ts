import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from '../soak/replica.js'
import { run } from './run.js'

const USAGE = `npm run board -- [--seconds 120] [--out docs/images]

Starts two servers, the emulators, Redis and Prometheus, puts load on them, breaks a provider and Redis for a while, asks
every query of deploy/grafana/kyc-graph.json, and draws what came back into board.svg. Needs prometheus on the PATH.`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    out: { type: 'string', default: 'docs/images' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-board-'))
try {
  const { svg, empty, alerts } = await run({
    seconds: Number(values.seconds),
    folder,
    program: build(join(folder, 'server')),
    progress: (line) => console.log(line),
  })
  mkdirSync(values.out, { recursive: true })
  writeFileSync(join(values.out, 'board.svg'), `${svg}\n`)
  console.log(`alerts that fired or were about to: ${alerts.join(', ') || 'none'}`)
  if (empty.length > 0) {
    console.error(`Panels without data and without a reason:\n${empty.map((title) => `- ${title}`).join('\n')}`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
