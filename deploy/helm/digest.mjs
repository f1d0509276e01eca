// Prints the digest of the chart and of the values that are rendered, without the Prometheus rules, which are files of their own.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const hash = createHash('sha256')
for (const part of ['kyc-graph', 'kyc-graph/templates', 'values'])
  for (const entry of readdirSync(join(folder, part), { withFileTypes: true }).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  ))
    if (entry.isFile()) hash.update(`${part}/${entry.name}\0`).update(readFileSync(join(folder, part, entry.name)))
process.stdout.write(`${hash.digest('hex')}\n`)
