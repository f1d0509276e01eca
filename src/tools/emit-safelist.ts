import type { Manifest } from '../graphql/safelist.js'
import { emit } from './emit.js'
import { promisedOperations } from './promised-operations.js'

/** Writes the persisted query manifest of `schema/operations`; with `--check` compares it with the committed one. */
const manifest: Manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: promisedOperations(),
}
emit('schema/operations/manifest.json', `${JSON.stringify(manifest, null, 2)}\n`, 'npm run safelist')
