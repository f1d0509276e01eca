import { readFileSync } from 'node:fs'
import { buildASTSchema, parse } from 'graphql'
import { printApi } from '../graphql/print-sdl.js'
import { buildClassSchema } from '../graphql/schema.js'
import { apolloBlock, cacheKeysOf, cachesModule, urqlBlock } from './clients/caches.js'
import { documentsModule } from './clients/documents.js'
import { pythonErrorCodes, typescriptErrorCodes } from './clients/error-codes.js'
import { emit } from './emit.js'
import { withGenerated } from './generated.js'
import { promisedOperations } from './promised-operations.js'

/** Writes what the client packages and the page on client caches take from the sources; with `--check` compares it with the committed files. */
const COMMAND = 'npm run clients'
const GENERATED = 'clients/typescript/src/generated'
const PAGE = 'docs/client-caches.md'

const keys = cacheKeysOf(buildASTSchema(parse(printApi(buildClassSchema()))))
const page = readFileSync(new URL(`../../${PAGE}`, import.meta.url), 'utf8')
emit(PAGE, withGenerated(withGenerated(page, 'apollo', apolloBlock()), 'urql', urqlBlock(keys)), COMMAND)
emit(`${GENERATED}/caches.ts`, cachesModule(keys), COMMAND)
emit(`${GENERATED}/documents.ts`, documentsModule(promisedOperations()), COMMAND)
emit(`${GENERATED}/error-codes.ts`, typescriptErrorCodes(), COMMAND)
emit('clients/python/src/kyc_graph/error_codes.py', pythonErrorCodes(), COMMAND)
