import { printSchema } from '../graphql/print-sdl.js'
import { buildClassSchema } from '../graphql/schema.js'
import { emit } from './emit.js'

/** Writes the emitted schema, or with `--check` says whether the committed one is current. */
emit('schema/schema.graphql', printSchema(buildClassSchema()), 'npm run schema')
