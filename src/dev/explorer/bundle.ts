import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BROWSER = fileURLToPath(new URL('./browser/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** Bundles are kept until the next install. */
const CACHE = join(ROOT, 'node_modules/.cache/kyc-graph/explorer')

/** The workers of Monaco, the editor of GraphiQL, by the name of their file. */
const WORKERS: Readonly<Record<string, string>> = {
  'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
  'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
}

/** The files that the page at `/graphql` loads. */
export const EXPLORER_FILES = ['explorer.js', 'explorer.css', ...Object.keys(WORKERS).map((name) => `${name}.js`)]

/** What a bundle is made of: another source, package or builder makes another bundle. */
function digest(): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(BROWSER).sort()) hash.update(file).update(readFileSync(join(BROWSER, file)))
  hash.update(readFileSync(fileURLToPath(import.meta.url)))
  return hash
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16)
}

async function bundle(folder: string): Promise<void> {
  const { build } = await import('esbuild')
  // The editor and its workers in the version that GraphiQL has.
  const graphiql = createRequire(createRequire(import.meta.url).resolve('@graphiql/react'))
  const workers = Object.entries(WORKERS).map(([name, path]) => [name, graphiql.resolve(path)])
  await build({
    entryPoints: { explorer: join(BROWSER, 'main.tsx'), ...(Object.fromEntries(workers) as Record<string, string>) },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'dataurl' },
    legalComments: 'none',
    logLevel: 'error',
  })
}

/** Builds the bundle into a folder of its own, and puts it in place as a whole: several servers may share the cache. */
async function buildInto(folder: string): Promise<void> {
  const unfinished = `${folder}-${process.pid}`
  mkdirSync(CACHE, { recursive: true })
  await bundle(unfinished)
  for (const name of readdirSync(CACHE).filter((name) => !unfinished.endsWith(name)))
    rmSync(join(CACHE, name), { recursive: true, force: true })
  try {
    renameSync(unfinished, folder)
  } catch {
    // Another server was faster.
    rmSync(unfinished, { recursive: true, force: true })
  }
}

let folder: Promise<string> | undefined

/** The folder with `EXPLORER_FILES`: of the cache, else built now, which takes a second or two. */
export function explorerFolder(): Promise<string> {
  folder ??= (async () => {
    const path = join(CACHE, digest())
    if (!existsSync(path)) await buildInto(path)
    return path
  })()
  folder.catch(() => (folder = undefined))
  return folder
}
