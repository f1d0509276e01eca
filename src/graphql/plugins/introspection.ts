import { type DocumentNode, visit } from 'graphql'
import { ApiError } from '../../../datasources/contract/errors.js'
import { withStatus } from '../format-error.js'
import type { Listener, Plugin } from '../plugin.js'

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

const listener: Listener = {
  didResolveOperation({ source, document, contextValue }) {
    if (!contextValue.caller.scopes.has('schema:read') && asksForSchema(source, document)) {
      throw withStatus(new ApiError('FORBIDDEN', { message: 'This needs the scope schema:read.' }), 403)
    }
  },
}

/** Introspection only for a token with `schema:read`; development leaves this plugin out. */
export const introspectionPlugin: Plugin = { requestDidStart: () => listener }
