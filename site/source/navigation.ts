import { existsSync, readFileSync } from 'node:fs'
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
    const topic = cells!.split(' | ').at(-1)!.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    return { file, title: title!, topic, pages: pagesBelow(file) }
  })

/** The folder of the pages that a page lists: its own for `runbooks/README.md`, `errors/` for `errors.md`. */
const folderBelow = (file: string): string =>
  basename(file) === 'README.md' ? dirname(file) : file.slice(0, -'.md'.length)

/** The pages that a page lists in its tables, in its order. */
function pagesBelow(file: string): Page[] {
  const folder = folderBelow(file)
  if (!existsSync(join(DOCS, folder))) return []
  const rows = rowsOf(readFileSync(join(DOCS, file), 'utf8'), dirname(file))
  return rows.filter((page) => page.file !== file && dirname(page.file) === folder)
}

/** The groups of pages in the order of `docs/README.md`: the one list of all pages. */
export function readNavigation(): Group[] {
  const sections = readFileSync(join(DOCS, 'README.md'), 'utf8').split(/^## /m).slice(1)
  return sections.map((section) => ({ title: section.split('\n', 1)[0]!, pages: rowsOf(section, '') }))
}

/** Every page below these groups, in order. */
export const flatten = (groups: readonly { readonly pages: readonly Page[] }[]): Page[] =>
  groups.flatMap(({ pages }) => pages.flatMap((page) => [page, ...flatten([page])]))
