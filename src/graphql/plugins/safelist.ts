import type { GraphQLRequest } from '@apollo/server'
import { ApiError } from '../../../datasources/contract/errors.js'
import { type Log, loggedIds } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics/all-metrics.js'
import { withHttp } from '../http-head.js'
import { persistedOf } from '../persisted-queries.js'
import type { OperationContext, Plugin } from '../plugin.js'
import { asksOnlyForSchema, fingerprint, isQuestionAboutSchema, type Safelist, sha256 } from '../safelist.js'

interface Options {
  readonly list: Safelist
  readonly metrics: Metrics
}

interface EnforceOptions extends Options {
  /** Called before a text is parsed to be compared with the list; throws for a caller without points. */
  readonly parsingBegins: (context: OperationContext, source: string) => void
}

interface LogOptions extends Options {
  readonly log: Log
}

/** Takes the place of a refused text, and is refused itself before it runs. */
const NOTHING = '{ __typename }'

/** The listed text of the id that a request sends in place of a text. */
function listedById({ query, extensions }: GraphQLRequest, list: Safelist): string | undefined {
  const { version, sha256Hash } = persistedOf(extensions) ?? {}
  return query === undefined && version === 1 && typeof sha256Hash === 'string' ? list.byId(sha256Hash) : undefined
}

/** False where a request sends a hash that is not that of its text. */
function hasOwnHash(query: string, { extensions }: GraphQLRequest): boolean {
  const persisted = persistedOf(extensions)
  return persisted === undefined || (persisted.version === 1 && persisted.sha256Hash === sha256(query))
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
export function safelistPlugin({ list, metrics, parsingBegins }: EnforceOptions): Plugin {
  /** The text that runs; undefined where the list does not hold it. */
  function allowed(request: GraphQLRequest, context: OperationContext): string | undefined {
    const { query } = request
    if (query === undefined) return listedById(request, list)
    const isOwnHash = hasOwnHash(query, request)
    const known = list.byKnownText(query)
    if (known !== undefined) return isOwnHash ? known : undefined
    parsingBegins(context, query)
    const isAboutSchema = context.caller.scopes.has('schema:read') && isQuestionAboutSchema(query)
    return (isOwnHash ? list.byText(query) : undefined) ?? (isAboutSchema ? query : undefined)
  }

  return {
    requestReceived(request, context) {
      // Apollo refuses a request that names no operation at all.
      if (!request.query && !persistedOf(request.extensions)) return
      // What was refused is so when it comes again, whatever took its place.
      const text = context.isUnlisted ? undefined : allowed(request, context)
      replaceText(request, text ?? NOTHING)
      context.isUnlisted = text === undefined
      if (context.isUnlisted) delete request.operationName
    },
    operationResolved({ context }) {
      if (!context.isUnlisted) return
      metrics.unlisted('refused')
      throw withHttp(new ApiError('PERSISTED_QUERY_NOT_ALLOWED'), 400)
    },
  }
}

/** Lets everything pass and logs what a safelist would refuse: what an operator looks at before turning it on. */
export const safelistLogPlugin = ({ list, metrics, log }: LogOptions): Plugin => ({
  requestReceived(request) {
    const text = listedById(request, list)
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
