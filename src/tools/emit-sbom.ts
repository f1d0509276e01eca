import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Lock, packagesOf } from './licences.js'
import { productionSbom, type Sbom } from './sbom.js'

/** Reads the lockfile; nothing is installed or asked for. */
const COMMAND = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
const MAX_BYTES = 64 * 1024 * 1024

/** Writes the software bill of materials (CycloneDX, JSON); `--out FILE` names another file than `dist/sbom.cdx.json`. */
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/sbom.cdx.json' } } })
const root = new URL('../../', import.meta.url)
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, root), 'utf8'))
const { name } = read('package.json') as { name: string }
const ids = packagesOf(read('package-lock.json') as Lock).flatMap((one) =>
  one.development ? [] : `${one.name}@${one.version}`,
)
const printed = JSON.parse(execFileSync('npm', COMMAND, { cwd: root, encoding: 'utf8', maxBuffer: MAX_BYTES })) as Sbom
const sbom = productionSbom(printed, name, (id) => ids.includes(id))
const out = resolve(values.out)
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, `${JSON.stringify(sbom, null, 2)}\n`)
console.log(`${values.out}: ${sbom.components.length} components, ${sbom.serialNumber}`)
