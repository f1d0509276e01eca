import { printApi, printSchema } from '../graphql/print-sdl.js'
import { buildClassSchema } from '../graphql/schema.js'
import { emit } from './emit.js'

/** Writes `schema/schema.graphql` for routers and `schema/api.graphql` for clients; with `--check` compares them with the committed ones. */
const schema = buildClassSchema()
emit('schema/schema.graphql', printSchema(schema), 'npm run schema')
emit('schema/api.graphql', printApi(schema), 'npm run schema')
