import type { GraphQLRequest } from '@apollo/server'
import { ApiError } from '../../../datasources/contract/errors.js'
import { withStatus } from '../format-error.js'
import type { Log } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics.js'
import { persistedOf } from '../persisted-queries.js'
import { asksOnlyForSchema, fingerprint, isQuestionAboutSchema, type Safelist, sha256 } from '../safelist.js'
import type { Plugin } from '../plugin.js'

interface Options {
  readonly list: Safelist
  readonly metrics: Metrics
  readonly log: Log
}

/** Runs in place of what is refused, and asks for nothing. */
const NOTHING = '{ __typename }'

/** The listed text that a request means, by id or in full. */
function listed(request: GraphQLRequest, list: Safelist): string | undefined {
  const persisted = persistedOf(request.extensions)
  const hash = persisted?.sha256Hash
  if (persisted && (persisted.version !== 1 || typeof hash !== 'string')) return undefined
  if (request.query === undefined) return typeof hash === 'string' ? list.byId(hash) : undefined
  if (typeof hash === 'string' && hash !== sha256(request.query)) return undefined
  return list.byText(request.query)
}

/** From here on the request is this text and nothing else. */
function become(request: GraphQLRequest, text: string): void {
  request.query = text
  const { persistedQuery: _persistedQuery, ...extensions } = (request.extensions ?? {}) as { persistedQuery?: unknown }
  request.extensions = extensions
}

/**
 * Only operations of the list. What runs is the list's own text and never the caller's, so there is nothing to get past;
 * and what is refused is not checked against the schema, whose names it could be asked for otherwise.
 */
export const safelistPlugin = ({ list, metrics }: Options): Plugin => ({
  requestDidStart({ request, contextValue: { caller } }) {
    // Apollo refuses a request that names no operation at all.
    if (!request.query && !persistedOf(request.extensions)) return undefined
    const text = listed(request, list)
    const schema =
      text === undefined &&
      request.query !== undefined &&
      caller.scopes.has('schema:read') &&
      isQuestionAboutSchema(request.query)
    if (text !== undefined || schema) {
      become(request, text ?? request.query!)
      return undefined
    }
    become(request, NOTHING)
    delete request.operationName
    metrics.unlisted('refused')
    return {
      didResolveOperation() {
        throw withStatus(new ApiError('PERSISTED_QUERY_NOT_ALLOWED'), 400)
      },
    }
  },
})

/** Lets everything pass and tells what a safelist would refuse: what an operator looks at before turning it on. */
export const safelistLogPlugin = ({ list, metrics, log }: Options): Plugin => ({
  requestDidStart({ request }) {
    const text = request.query === undefined ? listed(request, list) : undefined
    if (text !== undefined) become(request, text)
    return {
      didResolveOperation({ document, contextValue: { caller, correlationId } }) {
        if (!list.holds(document) && !(caller.scopes.has('schema:read') && asksOnlyForSchema(document))) {
          metrics.unlisted('allowed')
          log.warn({ correlationId, operation: fingerprint(document) }, 'operation is not on the safelist')
        }
      },
    }
  },
})
