// Writes the JSON schemas that kubeconform reads, from the OpenAPI document of Kubernetes and from custom resource definitions:
//   node schemas.mjs OUT_FOLDER SWAGGER_JSON DEFINITION_JSON...
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const [out, swagger, ...resources] = process.argv.slice(2)
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
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

const { definitions } = readJson(swagger)
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

const definitionsFor = (name) => Object.fromEntries([...needed(name)].map((other) => [other, closed[other]]))

for (const [name, schema] of Object.entries(definitions))
  for (const type of schema['x-kubernetes-group-version-kind'] ?? [])
    writeFileSync(fileOf(type), JSON.stringify({ $ref: `#/definitions/${name}`, definitions: definitionsFor(name) }))

// A definition says of the metadata that it is an object; Kubernetes says what is in it.
const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const metadata = { $ref: `#/definitions/${METADATA}` }
for (const { spec } of resources.map(readJson))
  for (const { name: version, schema } of spec.versions) {
    const { properties, ...rest } = schema.openAPIV3Schema
    const own = strict({ ...rest, properties: { ...properties, metadata } })
    const type = { group: spec.group, version, kind: spec.names.kind }
    writeFileSync(fileOf(type), JSON.stringify({ ...own, definitions: definitionsFor(METADATA) }))
  }
