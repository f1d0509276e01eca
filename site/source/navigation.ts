import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DOCS } from './paths.js'

/** A page by its file below `docs/`, with what a table of contents says of it, and the pages that it lists. */
export interface Page {
  readonly file: string
  readonly title: string
  readonly topic: string
  readonly pages: readonly Page[]
}

export interface Group {
  readonly title: string
  readonly pages: readonly Page[]
}

/** A row of a table whose first cell is a link to a page. */
const ROW = /^\| \[`?([^`\]]+)`?\]\(([\w./-]+\.md)\) \| (.+?) \|$/gm

const rowsOf = (text: string, folder: string): Page[] =>
  [...text.matchAll(ROW)].map(([, title, target, cells]) => {
    const file = join(folder, target!)
    const topic = cells!
      .split(' | ')
      .at(-1)!
      .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    return { file, title: title!, topic, pages: pagesBelow(file) }
  })

/** The folder of the pages that a page lists: its own for `runbooks/README.md`, `errors/` for `errors.md`. */
const folderBelow = (file: string): string =>
  basename(file) === 'README.md' ? dirname(file) : file.slice(0, -'.md'.length)

const read = (file: string): string => readFileSync(join(DOCS, file), 'utf8')

/** The sentence below the title of an error's page: its row in the list has figures alone. */
const meaningOf = (file: string): string => read(file).split('\n\n', 2)[1]!

/** The pages that a page lists in its tables, in its order. */
function pagesBelow(file: string): Page[] {
  const folder = folderBelow(file)
  if (!existsSync(join(DOCS, folder))) return []
  return rowsOf(read(file), dirname(file))
    .filter((page) => page.file !== file && dirname(page.file) === folder)
    .map((page) => (folder === 'errors' ? { ...page, topic: meaningOf(page.file) } : page))
}

/** The groups of pages in the order of `docs/README.md`: the one list of all pages. */
export function readNavigation(): Group[] {
  const sections = read('README.md').split(/^## /m).slice(1)
  return sections.map((section) => ({ title: section.split('\n', 1)[0]!, pages: rowsOf(section, '') }))
}

/** Every page below these groups, in order. */
export const flatten = (groups: readonly { readonly pages: readonly Page[] }[]): Page[] =>
  groups.flatMap(({ pages }) => pages.flatMap((page) => [page, ...flatten([page])]))

/** Fails where a page of the folder is in no list, or a list names a page that is not there. */
export function assertComplete(groups: readonly Group[], folder: string): void {
  const listed = new Set(['README.md', ...flatten(groups).map(({ file }) => file)])
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'))
  const missing = pages.filter((file) => !listed.has(file))
  const absent = [...listed].filter((file) => !pages.includes(file))
  if (missing.length > 0) throw new Error(`No list has these pages: ${missing.join(', ')}.`)
  if (absent.length > 0) throw new Error(`The lists have pages that are not there: ${absent.join(', ')}.`)
}
