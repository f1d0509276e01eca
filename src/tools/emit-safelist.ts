import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Kind, parse, print, separateOperations } from 'graphql'
import { type Manifest, sha256 } from '../graphql/safelist.js'

/** Writes the manifest of the operations we promise, or with `--check` says whether the committed one is current. */
const folder = new URL('../../schema/operations/', import.meta.url)
const file = new URL('manifest.json', folder)

const operations = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .flatMap((name) => Object.values(separateOperations(parse(readFileSync(new URL(name, folder), 'utf8')))))
  .map((document) => {
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!
    const body = print(document)
    return { id: sha256(body), name: operation.name!.value, type: operation.operation, body }
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1))

const manifest: Manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations }
const emitted = `${JSON.stringify(manifest, null, 2)}\n`

if (!process.argv.includes('--check')) writeFileSync(file, emitted)
else if (readFileSync(file, 'utf8') !== emitted) {
  console.error('schema/operations/manifest.json is not what the operations say: run npm run safelist and commit it.')
  process.exit(1)
}
