import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
export const DOCS = join(REPOSITORY, 'docs')
/** The Markdown that VitePress reads: the pages of `docs/` and those that are generated. */
export const CONTENT = fileURLToPath(new URL('../dist/content', import.meta.url))
