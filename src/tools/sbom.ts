import { createHash } from 'node:crypto'

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version?: string
  readonly purl?: string
  readonly licenses?: readonly unknown[]
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
  readonly [member: string]: unknown
}

interface Dependency {
  readonly ref: string
  readonly dependsOn?: readonly string[]
}

/** The part of a CycloneDX document that this tool reads and changes. */
export interface Sbom {
  readonly serialNumber?: string
  readonly metadata: {
    readonly timestamp?: string
    readonly tools?: unknown
    readonly component: Component
    readonly [member: string]: unknown
  }
  readonly components: readonly Component[]
  readonly dependencies?: readonly Dependency[]
  readonly [member: string]: unknown
}

const byText = <Item>(items: readonly Item[], textOf: (item: Item) => string): Item[] =>
  [...items].sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1))

/** A UUID (RFC 9562, version 8) that belongs to this text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}

const DEVELOPMENT = 'cdx:npm:package:development'

/** A production dependency; npm marks it as one for development where it is also that. */
const shipped = (component: Component): Component => ({
  ...component,
  scope: 'required',
  properties: component.properties?.filter(({ name }) => name !== DEVELOPMENT) ?? [],
})

/**
 * The document that `npm sbom` prints for the whole lockfile, with the production dependencies alone (npm's own
 * `--omit dev` also leaves out those that a development dependency shares), in a form that only the lockfile decides: in
 * a fixed order, with a serial number made of its content, and without the time, the version of npm and the name of the
 * folder.
 */
export function productionSbom(printed: Sbom, name: string, isShipped: (id: string) => boolean): Sbom {
  const { serialNumber: _random, metadata, components, dependencies = [], ...rest } = printed
  const { timestamp: _now, tools: _npm, component: root, ...otherMetadata } = metadata
  const component = { ...root, name }
  const kept = components.filter((one) => isShipped(`${one.name}@${one.version}`)).map(shipped)
  const refs = new Set([component, ...kept].map((one) => one['bom-ref']))
  const document = {
    ...rest,
    metadata: { ...otherMetadata, component },
    components: byText(kept, (one) => one['bom-ref']),
    dependencies: byText(
      dependencies
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn = [] }) => ({
          ref,
          dependsOn: byText(
            dependsOn.filter((one) => refs.has(one)),
            (one) => one,
          ),
        })),
      ({ ref }) => ref,
    ),
  }
  return { ...document, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(document))}` }
}
