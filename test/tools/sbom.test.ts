import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { beforeAll, expect, test } from 'vitest'
import { type Lock, packagesOf } from '../../src/tools/licences.js'
import { productionSbom, type Sbom } from '../../src/tools/sbom.js'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
const shipped = packagesOf(lock).filter(({ development }) => !development)
let text: string
let sbom: Sbom
beforeAll(() => {
  const out = join(mkdtempSync(join(tmpdir(), 'kyc-sbom-')), 'sbom.cdx.json')
  execFileSync('npm', ['run', '--silent', 'sbom', '--', '--out', out])
  text = readFileSync(out, 'utf8')
  sbom = JSON.parse(text) as Sbom
})

test('the SBOM is valid against the JSON schema of CycloneDX', () => {
  const schemas = join(
    dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
    'res/schema',
  )
  const schema = (name: string) =>
    JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object
  const ajv = new Ajv({ strict: false, formats: { 'iri-reference': true, 'idn-email': true } })
  ;(addFormats as unknown as (to: Ajv) => void)(ajv)
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
  const validate = ajv.compile(schema(`bom-${String(sbom['specVersion'])}`))
  expect(validate(sbom) ? [] : validate.errors).toEqual([])
  expect(validate({ ...sbom, components: [{ name: 'x' }] })).toBe(false)
})

test('it has every production dependency of the lockfile and nothing else, each with purl, licence and hash', () => {
  expect(sbom.components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual(
    shipped.map(({ name, version }) => `${name}@${version}`).sort(),
  )
  for (const { name, version, purl, licenses, hashes } of sbom.components) {
    expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`)
    expect(licenses).toHaveLength(1)
    expect(hashes).toMatchObject([{ alg: 'SHA-512' }])
  }
  expect(sbom.metadata.component).toMatchObject({ name: 'kyc-graph', type: 'application' })
})

test('every dependency of a component is a component', () => {
  const refs = new Set(sbom.components.map((component) => component['bom-ref']))
  expect(sbom.dependencies!.flatMap(({ dependsOn = [] }) => dependsOn.filter((ref) => !refs.has(ref)))).toEqual([])
})

test('it is the same for the same lockfile, whatever the time, the folder and the order', () => {
  const again = productionSbom(
    {
      ...sbom,
      serialNumber: 'urn:uuid:00000000-0000-4000-8000-000000000000',
      metadata: {
        timestamp: new Date().toISOString(),
        tools: [{ name: 'cli' }],
        ...sbom.metadata,
        component: { ...sbom.metadata.component, name: 'elsewhere' },
      },
      components: sbom.components.toReversed(),
      dependencies: sbom.dependencies!.toReversed(),
    },
    'kyc-graph',
    () => true,
  )
  expect(`${JSON.stringify(again, null, 2)}\n`).toBe(text)
  expect(text).not.toMatch(/timestamp/)
  expect(sbom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
