/** The part of `package-lock.json` that this tool reads. */
export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly version?: string; readonly license?: unknown; readonly dev?: boolean; readonly link?: boolean }
    >
  >
}

interface Package {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** True for a package that is installed for development and tests only. */
  readonly development: boolean
}

/** The licences that a production dependency may have, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  MIT: 'Permissive; the notice must be kept.',
  ISC: 'Permissive; the notice must be kept.',
  '0BSD': 'Permissive, without a condition.',
  Unlicense: 'Dedicated to the public domain; where that is not possible, permissive without a condition.',
  'BSD-3-Clause': 'Permissive; the notice must be kept, and the names of the authors must not advertise.',
  '(MIT AND BSD-3-Clause)': 'Parts are under one of the two, parts under the other; both are permissive.',
  'Apache-2.0': 'Permissive; notices must be kept and changes stated. It grants patent rights.',
  'BlueOak-1.0.0': 'Permissive; the licence or a link to it must be passed on. It grants patent rights.',
}

/** Further licences that a development dependency may have, and why. None of these packages is distributed or served. */
const ALLOWED_IN_DEVELOPMENT: Readonly<Record<string, string>> = {
  'Elastic-2.0':
    'Source-available: the software must not be offered as a hosted or managed service. Tests compose and route with `@apollo/composition` and `@apollo/gateway`, and compare our subgraph with that of `@apollo/subgraph`, which is MIT itself and depends on `@apollo/federation-internals`.',
  'MPL-2.0': 'Copyleft for each file; our files are not derived from them.',
  'BSD-2-Clause': 'Permissive; the notice must be kept.',
  '(MIT OR Apache-2.0)': 'Permissive; either may be chosen.',
  'Python-2.0': 'Permissive; the notice must be kept.',
  'PSF-2.0': 'Permissive; the notice must be kept and changes stated.',
  'CC-BY-4.0': 'Data that a build tool reads; attribution is required where the data is passed on.',
}

/** Further licences that a package of a lockfile in another folder may have, and why. Tests, examples and the build of the site run them; none is distributed or served. */
const ALLOWED_IN_FOLDERS: Readonly<Record<string, string>> = {
  'EPL-2.0':
    'Copyleft for the files under it. `elkjs` lays out the diagrams of the site for `beautiful-mermaid` while the site is built; the site has the pictures, and no line of it.',
  'CC0-1.0': 'Dedicated to the public domain.',
  '(MPL-2.0 OR Apache-2.0)': 'Either may be chosen.',
  '(BSD-3-Clause AND Apache-2.0)': 'Parts are under one of the two, parts under the other; both are permissive.',
  'BSD License': 'Permissive, in two clauses; the notice must be kept.',
}

/** Licences of packages whose lockfile has no plain text for them: what their own files say. */
const STATED_IN_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  ['bufrw', 'error', 'hexer', 'json-query', 'limiter', 'process', 'string-template', 'thriftrw', 'tv4'].map((name) => [
    name,
    'MIT',
  ]),
)

/** The lockfiles beside that of the root. */
export const FOLDER_LOCKFILES: readonly string[] = [
  'bench',
  'clients/compatibility',
  'clients/typescript',
  'examples/all',
  'examples/bruno',
  'examples/federation',
  'examples/onboarding/typescript',
  'examples/react',
  'examples/webhook-receiver',
  'site',
].map((folder) => `${folder}/package-lock.json`)

/** The packages of a lockfile with their licences, sorted by name and version, without duplicates. */
export function packagesOf({ packages }: Lock): readonly Package[] {
  const all = Object.entries(packages)
    .filter(([path, { link = false }]) => path.includes('node_modules/') && !link)
    .map(([path, { version = '', license, dev = false }]) => {
      const name = path.split('node_modules/').at(-1)!
      const licence = typeof license === 'string' ? license : (STATED_IN_FILES[name] ?? 'none')
      return { name, version, licence, development: dev }
    })
    .sort((one, other) =>
      one.name === other.name ? one.version.localeCompare(other.version) : one.name < other.name ? -1 : 1,
    )
  // A package that is installed twice is a production dependency when one of its copies is.
  const shipped = new Set(
    all.filter(({ development }) => !development).map(({ name, version }) => `${name}@${version}`),
  )
  const byId = new Map(all.map((one) => [`${one.name}@${one.version}`, one]))
  return [...byId].map(([id, one]) => ({ ...one, development: !shipped.has(id) }))
}

/** One problem for each package with a licence that is not allowed. */
export function refusedLicences(packages: readonly Package[]): readonly string[] {
  return packages
    .filter(
      ({ licence, development }) =>
        !Object.hasOwn(ALLOWED, licence) && !(development && Object.hasOwn(ALLOWED_IN_DEVELOPMENT, licence)),
    )
    .map(
      ({ name, version, licence, development }) =>
        `${name}@${version} has the licence ${licence}, which is not allowed ${development ? 'in development' : 'in production'}`,
    )
}

const isAllowedInFolders = (licence: string): boolean =>
  [ALLOWED, ALLOWED_IN_DEVELOPMENT, ALLOWED_IN_FOLDERS].some((allowed) => Object.hasOwn(allowed, licence))

/** One problem for each package of another folder's lockfile with a licence that is not allowed there. */
export const refusedInFolder = (lockfile: string, lock: Lock): readonly string[] =>
  packagesOf(lock)
    .filter(({ licence }) => !isAllowedInFolders(licence))
    .map(
      ({ name, version, licence }) =>
        `${name}@${version} of ${lockfile} has the licence ${licence}, which is not allowed`,
    )

function section(licence: string, reason: string, packages: readonly Package[]): string {
  const group = packages.filter((one) => one.licence === licence)
  if (group.length === 0) return ''
  const rows = group.map(({ name, version }) => `| ${name} | ${version} |`)
  return `### ${licence}\n\n${reason}\n\n| package | version |\n|---|---|\n${rows.join('\n')}\n\n`
}

/** The packages of a lockfile under paths of their own, so that several lockfiles can be one. */
const prefixed = ({ packages }: Lock, i: number): Lock['packages'] =>
  Object.fromEntries(Object.entries(packages).map(([path, one]) => [`${i}/${path}`, one]))

/** The page of third-party licences. */
export function licencePage(packages: readonly Package[], folders: readonly Lock[]): string {
  const grouped = (allowed: Readonly<Record<string, string>>, among: readonly Package[]) =>
    Object.entries(allowed)
      .map(([licence, reason]) => section(licence, reason, among))
      .join('')
  const shipped = packages.filter(({ development }) => !development)
  const development = packages.filter((one) => one.development)
  const inFolders = packagesOf({ packages: Object.assign({}, ...folders.map(prefixed)) as Lock['packages'] })
  return `# Third-party licences

Emitted by \`npm run licences\` from \`package-lock.json\` and the lockfiles of other folders; \`npm run current\` fails when this page is not current, or when a dependency brings a licence that \`src/tools/licences.ts\` does not allow.
kyc-graph itself has no licence yet.

## Production dependencies

These ${shipped.length} packages are installed by \`npm ci --omit=dev\`.

${grouped(ALLOWED, shipped)}## Development dependencies under further licences

Of ${development.length} packages for development and tests, these have a licence that is not allowed in production.

${grouped(ALLOWED_IN_DEVELOPMENT, development)}## Further licences in other folders

Tests of clients, examples, benchmarks and the site have lockfiles of their own. Of their ${inFolders.length} packages these have a licence that no package above may have.

${grouped(ALLOWED_IN_FOLDERS, inFolders)}`
    .trimEnd()
    .concat('\n')
}
