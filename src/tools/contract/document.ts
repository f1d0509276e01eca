import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { endpointTableToOpenApi, isEndpointTable } from './endpoint-table.js'

/** An object of a parsed document. */
export type Node = Readonly<Record<string, unknown>>

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object member of a node, or an empty one. */
export const nodeAt = (node: Node, name: string): Node => {
  const member = node[name]
  return isNode(member) ? member : {}
}

/** The list member of a node, or an empty one. */
export const listAt = (node: Node, name: string): readonly unknown[] => {
  const member = node[name]
  return Array.isArray(member) ? member : []
}

export class SpecificationError extends Error {}

/** Reads an OpenAPI document, 3.0 or 3.1, in YAML or JSON; a table of endpoints is converted to one. */
export function readDocument(path: string): Node {
  const document: unknown = parse(readFileSync(path, 'utf8'), { maxAliasCount: -1 })
  if (isEndpointTable(document)) return endpointTableToOpenApi(document)
  if (!isNode(document) || typeof document['openapi'] !== 'string' || !/^3\.[01]\./.test(document['openapi']))
    throw new SpecificationError(
      'the file is neither an OpenAPI document of version 3.0 or 3.1 nor a table of endpoints',
    )
  return document
}

/** One segment of a JSON pointer (RFC 6901). */
const segment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** The pointer of a member beneath a pointer. */
export const below = (pointer: string, ...names: readonly string[]): string =>
  [pointer, ...names.map(segment)].join('/')

/** A node of a document and where it is. */
export interface Located {
  readonly node: Node
  readonly pointer: string
}

const MAX_REFERENCES = 20

/** Follows the references of a node within its document. */
export function follow(document: Node, { node, pointer }: Located): Located {
  let at: Located = { node, pointer }
  for (let count = 0; typeof at.node['$ref'] === 'string'; count += 1) {
    const reference = at.node['$ref']
    if (!reference.startsWith('#/'))
      throw new SpecificationError(`${reference} is another document: bundle the specification into one file`)
    const names = reference
      .slice(2)
      .split('/')
      .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
    const target = names.reduce<unknown>((found, name) => (isNode(found) ? found[name] : undefined), document)
    if (!isNode(target) || count > MAX_REFERENCES)
      throw new SpecificationError(`the reference ${reference} leads nowhere`)
    at = { node: target, pointer: below('', ...names) }
  }
  return at
}
