import { readdirSync, readFileSync } from 'node:fs'
import { Kind, parse, print, separateOperations } from 'graphql'
import { type Manifest, sha256 } from '../graphql/safelist.js'
import { emit } from './emit.js'

/** Writes the persisted query manifest of `schema/operations`; with `--check` compares it with the committed one. */
const folder = new URL('../../schema/operations/', import.meta.url)

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
emit('schema/operations/manifest.json', `${JSON.stringify(manifest, null, 2)}\n`, 'npm run safelist')
