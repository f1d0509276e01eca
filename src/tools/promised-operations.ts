import { readdirSync, readFileSync } from 'node:fs'
import { Kind, parse, print, separateOperations } from 'graphql'
import { type Manifest, sha256 } from '../graphql/safelist.js'

const FOLDER = new URL('../../schema/operations/', import.meta.url)

/** The operations of `schema/operations`, as the persisted query manifest lists them, by name. */
export const promisedOperations = (): Manifest['operations'] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.graphql'))
    .flatMap((name) => Object.values(separateOperations(parse(readFileSync(new URL(name, FOLDER), 'utf8')))))
    .map((document) => {
      const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!
      const body = print(document)
      return { id: sha256(body), name: operation.name!.value, type: operation.operation, body }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
