import { GraphQLError } from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'

/** The HTTP status and headers that an answer's errors ask for. */
export interface HttpHead {
  readonly status: number | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Gives an error the HTTP status and headers of the whole answer, in Apollo Server's convention: `extensions.http`. */
export function withHttp(error: ApiError, status: number, headers: HttpHead['headers'] = []): ApiError {
  error.extensions['http'] = { status, headers: new Map(headers) }
  return error
}

const NO_HEAD: HttpHead = { status: undefined, headers: [] }

/** What an error asks for. Errors of graphql-js carry the extensions of the error that they wrap. */
export const headOf = (error: unknown): HttpHead =>
  (error instanceof GraphQLError || error instanceof ApiError
    ? (error.extensions['http'] as HttpHead | undefined)
    : undefined) ?? NO_HEAD

/** What `withHttp` gave to errors; the last one counts, as with Apollo Server. */
export function httpHeadOf(errors: readonly unknown[]): HttpHead {
  let head = NO_HEAD
  for (const error of errors) {
    const { status, headers } = headOf(error)
    if (status !== undefined) head = { status, headers: [...head.headers, ...headers] }
  }
  return head
}
