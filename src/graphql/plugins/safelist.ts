import type { GraphQLRequest } from '@apollo/server'
import { ApiError } from '../../../datasources/contract/errors.js'
import { type Log, loggedIds } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics/all-metrics.js'
import { withHttp } from '../http-head.js'
import { persistedOf } from '../persisted-queries.js'
import type { Plugin } from '../plugin.js'
import { asksOnlyForSchema, fingerprint, isQuestionAboutSchema, type Safelist, sha256 } from '../safelist.js'

interface Options {
  readonly list: Safelist
  readonly metrics: Metrics
  readonly log: Log
}

/** Takes the place of a refused text, and is refused itself before it runs. */
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
function replaceText(request: GraphQLRequest, text: string): void {
  request.query = text
  const { persistedQuery: _persistedQuery, ...extensions } = (request.extensions ?? {}) as { persistedQuery?: unknown }
  request.extensions = extensions
}

/**
 * Only operations of the list. What runs is the list's own text and never the caller's, so there is nothing to get past;
 * and a refused text is not validated against the schema, so its errors cannot tell the schema's names.
 */
export const safelistPlugin = ({ list, metrics }: Options): Plugin => ({
  requestReceived(request, context) {
    // Apollo refuses a request that names no operation at all.
    if (!request.query && !persistedOf(request.extensions)) return
    const isAboutSchema = (text: string) => context.caller.scopes.has('schema:read') && isQuestionAboutSchema(text)
    const text =
      listed(request, list) ?? (request.query !== undefined && isAboutSchema(request.query) ? request.query : undefined)
    replaceText(request, text ?? NOTHING)
    context.isUnlisted = text === undefined
    if (context.isUnlisted) delete request.operationName
  },
  operationResolved({ context }) {
    if (!context.isUnlisted) return
    metrics.unlisted('refused')
    throw withHttp(new ApiError('PERSISTED_QUERY_NOT_ALLOWED'), 400)
  },
})

/** Lets everything pass and logs what a safelist would refuse: what an operator looks at before turning it on. */
export const safelistLogPlugin = ({ list, metrics, log }: Options): Plugin => ({
  requestReceived(request) {
    const text = request.query === undefined ? listed(request, list) : undefined
    if (text !== undefined) replaceText(request, text)
  },
  operationResolved({ document, context }) {
    if (!list.holds(document) && !(context.caller.scopes.has('schema:read') && asksOnlyForSchema(document))) {
      metrics.unlisted('allowed')
      log.warn(
        { ...loggedIds(context), operation: { hash: fingerprint(document) } },
        'operation is not on the safelist',
      )
    }
  },
})
