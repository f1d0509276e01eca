import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the configuration of an image says, as container engines read it. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly WorkingDir: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck: { readonly Test: readonly string[] }
  readonly ExposedPorts: Readonly<Record<string, object>>
}

export interface Image {
  readonly root: string
  readonly config: ImageConfig
}

/** Builds the image in a folder. */
export const buildImage = (folder: string): void =>
  void execFileSync('deploy/image/build.sh', [folder], { stdio: ['ignore', 'ignore', 'inherit'] })

/** The image that was built in a folder. */
export function imageIn(folder: string): Image {
  const { Docker } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as {
    Docker: { config: ImageConfig }
  }
  return { root: readFileSync(join(folder, 'server.root'), 'utf8').trim(), config: Docker.config }
}

interface File {
  /** From the root of the image, with a slash at the front. */
  readonly path: string
  readonly bytes: number
}

/** All files of a root folder; links are not followed. */
export function filesOf(root: string, folder = '/'): readonly File[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesOf(root, path) : [{ path, bytes: lstatSync(join(root, path)).size }]
  })
}

/** Parts of the image, each with the files that belong to it and to none before it. */
const PARTS: readonly (readonly [name: string, files: RegExp])[] = [
  ['Node', /^\/usr\/local\/bin\/node$/],
  ['packages (`node_modules`)', /^\/srv\/kyc-graph\/node_modules\//],
  ['the compiled server (`dist`, `package.json`)', /^\/srv\/kyc-graph\//],
  ['certificate authorities', /^\/(etc\/ssl|usr\/lib\/ssl|usr\/share\/ca-certificates)\//],
  ['libraries and the rest of the base', /./],
]

/** The files and bytes of each part. */
export function partsOf(files: readonly File[]): readonly { name: string; count: number; bytes: number }[] {
  const sums = PARTS.map(([name]) => ({ name, count: 0, bytes: 0 }))
  for (const { path, bytes } of files) {
    const sum = sums[PARTS.findIndex(([, pattern]) => pattern.test(path))]!
    sum.count += 1
    sum.bytes += bytes
  }
  return sums
}

/** What must not be in the image, by name. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  'an emulator, or code of development': /^\/srv\/kyc-graph\/dist\/(.*\/emulator|src\/dev)\//,
  'tests, benchmarks or documentation of the project': /^\/srv\/kyc-graph\/(dist\/)?(test|bench|docs|deploy|clients)\//,
  'TypeScript source of the project': /^\/srv\/kyc-graph\/(?!node_modules\/).*(?<!\.d)\.ts$/,
  'a compiler or test runner': /^\/srv\/kyc-graph\/node_modules\/(typescript|tsx|vitest|eslint|prettier)\//,
  'npm, a shell or a package manager': /\/(bin|sbin)\/(npm|npx|sh|bash|dash|busybox|apt|dpkg)$/,
  'a file with settings or a key':
    /^(?!\/(etc\/ssl|usr\/lib\/ssl|usr\/share\/ca-certificates)\/).*(\/\.env[^/]*|\/\.npmrc|\.key|\.pem)$/,
}

/** The forbidden kinds with what was found of each. */
export const forbiddenIn = (files: readonly File[]): readonly { kind: string; found: readonly string[] }[] =>
  Object.entries(FORBIDDEN).map(([kind, pattern]) => ({
    kind,
    found: files.map(({ path }) => path).filter((path) => pattern.test(path)),
  }))
