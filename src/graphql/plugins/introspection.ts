import { type DocumentNode, visit } from 'graphql'
import { ApiError } from '../../../datasources/contract/errors.js'
import { withHttp } from '../http-head.js'
import type { Plugin } from '../plugin.js'

/** True when a document asks for the schema itself. Most do not even hold the word, and are not walked through. */
function asksForSchema(source: string, document: DocumentNode): boolean {
  if (!/__(?:schema|type)\b/.test(source)) return false
  let asks = false
  visit(document, {
    Field: ({ name }) => {
      asks ||= name.value === '__schema' || name.value === '__type'
    },
  })
  return asks
}

/** Introspection only for a token with `schema:read`; development leaves this plugin out. */
export const introspectionPlugin: Plugin = {
  operationResolved({ source, document, context }) {
    if (!context.caller.scopes.has('schema:read') && asksForSchema(source, document))
      throw withHttp(
        new ApiError('FORBIDDEN', { message: 'This needs the scope schema:read.', refusal: 'schema:read' }),
        403,
      )
  },
}
