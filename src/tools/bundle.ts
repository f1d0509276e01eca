import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as esbuild from 'esbuild'

/** An import of Node's `http` reads all its members, one of which loads Node's own undici (50 ms); `require` reads none. */
const httpByRequire: esbuild.Plugin = {
  name: 'http-by-require',
  setup(build) {
    build.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'required' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}')`,
    }))
  },
}

/** Packages that esbuild takes as CommonJS, and where the ECMAScript module of each of their files is. */
const TWINS: readonly (readonly [name: RegExp, commonJs: RegExp, ecmaScript: string])[] = [
  [/^graphql(\/|$)/, /\.js$/, '.mjs'],
  [/^class-validator$/, /\/cjs\//, '/esm2015/'],
  [/^@opentelemetry\/(core|resources|sdk-trace)$/, /\/build\/src\//, '/build/esm/'],
]

/**
 * The ECMAScript modules of packages that have both kinds: of CommonJS each importing module makes a copy of all names,
 * reads them through functions, and nothing is left out.
 */
const ecmaScriptModules: esbuild.Plugin = {
  name: 'ecmascript-modules',
  setup(build) {
    // Asked for by TypeGraphQL's own validation alone, which is off and would bring all of the package.
    build.onResolve({ filter: /^class-validator$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { external: true } : undefined,
    )
    for (const [filter, commonJs, ecmaScript] of TWINS)
      build.onResolve({ filter }, ({ path, resolveDir }) => {
        const file = createRequire(join(resolveDir, 'from.js')).resolve(path)
        return { path: file.replace(commonJs, ecmaScript), sideEffects: false }
      })
  },
}

/** A provider's emulator is loaded where development starts it, from a file of its own, and is no part of a server. */
const withoutEmulators: esbuild.Plugin = {
  name: 'without-emulators',
  setup(build) {
    build.onResolve({ filter: /^\.\/emulator\/index\.js$/ }, () => ({ external: true }))
  },
}

/**
 * Joins the compiled server and its packages into one file, in the place of its first module: `bundle.ts FOLDER`. Finding
 * and reading 2,400 files takes half of a start. The names of classes are kept, which are the names of GraphQL types.
 */
const folder = process.argv[2] ?? 'dist'
const program = `${folder}/src/lifecycle/program.js`
const { outputFiles } = await esbuild.build({
  entryPoints: [program],
  outfile: program,
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  keepNames: true,
  // The process keeps the text: without white space it is a third shorter. Stack traces have the names of functions.
  minifyWhitespace: true,
  lineLimit: 120,
  legalComments: 'none',
  // Of development, and loaded where it is installed.
  external: ['pino-pretty'],
  plugins: [httpByRequire, ecmaScriptModules, withoutEmulators],
  banner: {
    js: `import { createRequire as requireOf } from 'node:module'\nconst require = requireOf(import.meta.url)`,
  },
  logLevel: 'warning',
})
// V8 keeps a text with one character outside Latin-1 in two bytes for each; such characters stand in regular expressions alone.
const ascii = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const NAME = /__name\s*=\s*(\(target,\s*value\)\s*=>\s*__defProp\(target,\s*"name",\s*\{[^}]*\}\))/

/** The names of classes alone: to name each function anew takes longer than most of what they do. */
function withClassNames(text: string): string {
  if (!NAME.test(text)) throw new Error('The bundle has no helper that keeps names.')
  return text
    .replace(NAME, '__className=$1,__name=(target)=>target')
    .replace(/static\s*\{\s*__name\(\s*this,/g, 'static{__className(this,')
}

for (const { path, text } of outputFiles) writeFileSync(path, ascii(withClassNames(text)))
