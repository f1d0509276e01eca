import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import ts from 'typescript'

/** The files that may lie directly in these folders; every other file belongs in a folder named by its concern. */
const NAMED_FILES: Readonly<Record<string, readonly string[]>> = {
  src: ['config.ts', 'main.ts', 'providers.ts', 'server.ts'],
  datasources: ['index.ts'],
}

const SOURCE_FOLDERS = ['schema', 'resolvers', 'datasources', 'src', 'bench']
const MAX_FUNCTION_LINES = 60

interface LongFunction {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly lines: number
}

/** Files directly in `src/` and `datasources/` that the layout does not name. */
export function looseFiles(root: string): string[] {
  return Object.entries(NAMED_FILES).flatMap(([folder, named]) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !named.includes(entry.name))
      .map(({ name }) => `${folder}/${name}`),
  )
}

/** Functions of more than 60 lines, outside `emulator/` folders; the longest first. */
export function longFunctions(root: string): LongFunction[] {
  return SOURCE_FOLDERS.flatMap((folder) =>
    ts.sys.readDirectory(join(root, folder), ['.ts', '.tsx'], ['**/node_modules', '**/emulator']),
  )
    .flatMap((path) => functionsOf(path).map((found) => ({ file: relative(root, path), ...found })))
    .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
    .sort((a, b) => b.lines - a.lines)
}

function functionsOf(path: string): Omit<LongFunction, 'file'>[] {
  const source = ts.createSourceFile(path, ts.sys.readFile(path)!, ts.ScriptTarget.Latest, true)
  const found: Omit<LongFunction, 'file'>[] = []
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const from = lineOf(node.getStart(source))
      found.push({ line: from + 1, name: nameOf(node, source), lines: lineOf(node.end) - from + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** A function's own name, or the name of what it is assigned or given to. */
function nameOf(node: ts.SignatureDeclaration, source: ts.SourceFile): string {
  if (node.name) return node.name.getText(source)
  const { parent } = node
  if (ts.isCallExpression(parent)) return `${parent.expression.getText(source)}(…)`
  return 'name' in parent && parent.name ? (parent.name as ts.Node).getText(source) : '(anonymous)'
}

/** Import cycles, type-only imports included; each cycle once, as the files on the way. */
export async function importCycles(root: string): Promise<string[][]> {
  const { output } = await cruise(
    SOURCE_FOLDERS.filter((folder) => ts.sys.directoryExists(join(root, folder))),
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [{ name: 'no-cycles', from: {}, to: { circular: true } }] },
      doNotFollow: { path: 'node_modules' },
      exclude: { path: 'node_modules' },
      tsPreCompilationDeps: true,
    },
    undefined,
    { tsConfig: {} },
  )
  const cycles = new Map<string, string[]>()
  for (const { cycle } of (output as ICruiseResult).summary.violations) {
    const files = cycle!.map(({ name }) => name)
    cycles.set([...files].sort().join(), files)
  }
  return [...cycles.values()]
}
