// Writes the JSON schemas that kubeconform reads, from the OpenAPI document of Kubernetes: node schemas.mjs SWAGGER_JSON OUT_FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const [swagger, out] = process.argv.slice(2)
mkdirSync(out, { recursive: true })

/** As kubeconform names them: the kind, the first part of the group, and the version. */
const fileOf = ({ group, version, kind }) =>
  join(out, `${[kind, ...(group ? [group.split('.')[0]] : []), version].join('-').toLowerCase()}.json`)

/** A schema that takes nothing that it does not name. */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict)
  if (schema === null || typeof schema !== 'object') return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]))
  const isClosed = schema.properties !== undefined && typeof schema.type === 'string'
  if (isClosed && schema.additionalProperties === undefined && !schema['x-kubernetes-preserve-unknown-fields'])
    copy.additionalProperties = false
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') return { type: ['string', 'integer'] }
  return copy
}

const { definitions } = JSON.parse(readFileSync(swagger, 'utf8'))
const quantity = { type: ['string', 'number'] }
const closed = Object.fromEntries(
  Object.entries(definitions).map(([name, schema]) => [name, name.endsWith('.Quantity') ? quantity : strict(schema)]),
)
/** The definitions that one refers to, and so on. */
function needed(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  for (const [, other] of JSON.stringify(closed[name]).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g))
    needed(other, found)
  return found
}

for (const [name, schema] of Object.entries(definitions))
  for (const type of schema['x-kubernetes-group-version-kind'] ?? []) {
    const own = Object.fromEntries([...needed(name)].map((other) => [other, closed[other]]))
    writeFileSync(fileOf(type), JSON.stringify({ $ref: `#/definitions/${name}`, definitions: own }))
  }
