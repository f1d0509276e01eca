import { createGraphiQLFetcher, type Fetcher, type FetcherOpts } from '@graphiql/toolkit'
import { getOperationAST, OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-sse'

const ENDPOINT = '/graphql'

const ask = createGraphiQLFetcher({ url: ENDPOINT, enableIncrementalDelivery: false })

const isSubscription = ({ documentAST }: FetcherOpts, operationName: string | null | undefined): boolean =>
  documentAST !== undefined && getOperationAST(documentAST, operationName)?.operation === OperationTypeNode.SUBSCRIPTION

/** The events of a subscription: a POST whose answer is a stream of server-sent events. It ends when GraphiQL stops it. */
const subscribe: Fetcher = ({ query, operationName, variables }, { headers = {} } = {}) =>
  createClient({ url: ENDPOINT, headers: headers, retryAttempts: 0 }).iterate({
    query,
    operationName: operationName ?? undefined,
    variables: variables as Record<string, unknown>,
  }) as AsyncIterableIterator<object>

/** Sends what GraphiQL asks to the server of this page. Before its editors are there GraphiQL asks for the schema without headers. */
export const createFetcher =
  (token: () => string): Fetcher =>
  (params, options = {}) => {
    if (isSubscription(options, params.operationName)) return subscribe(params, options)
    const headers = options.headers ?? { authorization: `Bearer ${token()}` }
    return ask(params, { ...options, headers })
  }
