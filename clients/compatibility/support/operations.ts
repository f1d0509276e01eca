import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, type DocumentNode, Kind, type OperationTypeNode, parse, print } from 'graphql'
import { ROOT } from './scratch.js'

export const API_FILE = join(ROOT, 'schema/api.graphql')
export const SUBGRAPH_FILE = join(ROOT, 'schema/schema.graphql')
export const OPERATIONS_FOLDER = join(ROOT, 'schema/operations')

/** The schema for clients, without federation's directives. */
export const api = buildSchema(readFileSync(API_FILE, 'utf8'))

/** One operation of a client. */
export interface Operation {
  readonly name: string
  readonly kind: `${OperationTypeNode}`
  readonly text: string
  readonly document: DocumentNode
}

/** Reads each operation of a document that has no fragments. */
export const operationsOf = (text: string): Operation[] =>
  parse(text).definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${definition.kind} is not an operation`)
    const alone = print(definition)
    return { name: definition.name!.value, kind: definition.operation, text: alone, document: parse(alone) }
  })

/** Every operation that the repository promises to clients. */
export const promised: readonly Operation[] = readdirSync(OPERATIONS_FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .flatMap((name) => operationsOf(readFileSync(join(OPERATIONS_FOLDER, name), 'utf8')))

/** The promised operation of this name. */
export function promisedOperation(name: string): Operation {
  const found = promised.find((operation) => operation.name === name)
  if (!found) throw new Error(`schema/operations/ has no operation ${name}`)
  return found
}
