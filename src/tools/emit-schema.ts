import { readFileSync, writeFileSync } from 'node:fs'
import { buildClassSchema } from '../graphql/schema.js'
import { printSchema } from '../graphql/print-sdl.js'

/** Writes the emitted schema, or with `--check` says whether the committed one is current. */
const file = new URL('../../schema/schema.graphql', import.meta.url)
const emitted = printSchema(buildClassSchema())

if (!process.argv.includes('--check')) writeFileSync(file, emitted)
else if (readFileSync(file, 'utf8') !== emitted) {
  console.error('schema/schema.graphql is not what the classes say: run npm run schema and commit it.')
  process.exit(1)
}
