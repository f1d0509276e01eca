import { dataMap } from './data-map.js'
import { emit } from './emit.js'

/** Writes `docs/data-map.md`; with `--check` compares it with the committed file. */
emit('docs/data-map.md', dataMap(), 'npm run data:map')
