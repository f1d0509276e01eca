import { writeFileSync } from 'node:fs'
import { runStorm } from './storm.js'

// npx tsx test/partner-webhooks/storm/main.ts: 10,000 webhooks, a receiver that refuses a third, two kills, one restart.
const report = await runStorm({ events: 2_500, endpoints: 4, kills: 2, restarts: 1 })
const rows = Object.entries(report).map(
  ([name, value]) => `| ${name} | ${Array.isArray(value) ? value.length : String(value)} |\n`,
)
const text = `# Storm of webhooks

10,000 webhooks to four endpoints of a receiver that answers a third of all requests with 500, two replicas of which one is killed twice, and Redis killed and started once meanwhile. \`npx tsx test/partner-webhooks/storm/main.ts\` runs it again and writes this page.

| | |
|---|---|
${rows.join('')}`
writeFileSync(new URL('report.md', import.meta.url), text)
process.stdout.write(text)
process.exit(report.lost === 0 && report.forged === 0 && report.leaks.length === 0 ? 0 : 1)
