import { printSchema } from '../graphql/print-sdl.js'
import { buildClassSchema } from '../graphql/schema.js'
import { emit } from './emit.js'

/** Writes `schema/schema.graphql`; with `--check` compares it with the committed one. */
emit('schema/schema.graphql', printSchema(buildClassSchema()), 'npm run schema')
