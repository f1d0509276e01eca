import { readFileSync } from 'node:fs'
import { emit } from './emit.js'
import { withGenerated } from './generated.js'
import { scopeRows, scopeTable } from './scope-table.js'

/** Writes the table of `docs/scopes.md`; with `--check` compares it with the committed one. */
const page = 'docs/scopes.md'
const prose = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
emit(page, withGenerated(prose, 'scopes', scopeTable(scopeRows())), 'npm run scopes')
