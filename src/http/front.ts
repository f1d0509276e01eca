import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError, retryAfterOf } from '../../datasources/contract/errors.js'
import type { Authenticate } from '../access/authenticate.js'
import { TokenRefusal } from '../access/refusals.js'
import type { AnswerHeaders } from '../access/sender-constraint.js'
import { httpHeadOf, withHttp } from '../graphql/http-head.js'
import type { Exchange } from '../graphql/exchange.js'
import type { MaybePromise } from '../graphql/plugin.js'
import type { Deadlines } from '../lifecycle/deadline.js'
import { blame } from '../security-events/refusals.js'
import { ArrivingBodies } from './arriving-bodies.js'
import { accepts, refuseUnreadBody } from './content-negotiation.js'
import type { FailureLimit } from './failure-limit.js'
import { OTHER_METHODS, refuseBareGet, refuseOtherMethods } from './graphql-methods.js'
import { hasBody } from './lingering-close.js'
import { PipelinedRequests } from './pipelined-requests.js'
import { refuseOtherSearch } from './utf-8.js'

/** A request to the graph that was let in: nothing of its body is needed for that. */
export interface Arrival {
  /** Undefined where a request needs no token: that for a page of development. */
  readonly caller: Caller | undefined
  /** When its operation must have ended, by `performance.now()`; counted from the end of the header. */
  readonly deadlineAt: number
  /** The right to run, where there is admission control. */
  readonly permit?: Permit | undefined
}

/** A request whose token is verified and whose body is not looked at yet. */
interface Applicant {
  readonly request: IncomingMessage
  readonly response: Exchange
  readonly caller: Caller
  /** When its operation must have ended, by `performance.now()`. */
  readonly deadlineAt: number
}

/** The right of one request to run. */
export interface Permit {
  /** Called when the response is closed: written to its end, or left by the client. Further calls do nothing. */
  readonly release: () => void
}

/** Admission control: answers a permit, a promise of one for a request that must wait, or throws an `ApiError` with its HTTP status. */
export type Admit = (applicant: Applicant) => MaybePromise<Permit | undefined>

interface VerifyOptions {
  readonly authenticate: Authenticate
  readonly countFailure: FailureLimit
}

/**
 * Verifies the token of a request, or one that came later on its connection; a failure has its HTTP status and is
 * counted.
 */
type Verify = (request: IncomingMessage, response: AnswerHeaders, authorization?: string) => MaybePromise<Caller>

/** The checks of a caller, by whichever transport it comes. */
export interface EntryChecks {
  readonly verify: Verify
  /** Throws for a caller of no tenant, where there are tenants. */
  readonly assertTenant: (caller: Caller) => void
  readonly deadlines: Deadlines
  readonly admit: Admit
}

interface FrontOptions extends EntryChecks {
  readonly countFailure: FailureLimit
  /** True where browsers get a page at this address. */
  readonly hasPage: boolean
}

/**
 * Lets a request to the graph in, or throws (rejects with) an `ApiError` that has its HTTP status. Answers undefined for
 * one whose client has left meanwhile: it must not begin.
 */
export type Front = (request: IncomingMessage, response: ServerResponse) => MaybePromise<Arrival | undefined>

/** Gives the failure to verify a token its status; a refusal has one. An issuer or a store that cannot be asked says nothing about the token. */
function withStatus(error: unknown): unknown {
  if (!(error instanceof ApiError) || httpHeadOf([error]).status !== undefined) return error
  const seconds = retryAfterOf(error)
  return withHttp(error, 503, seconds === undefined ? [] : [['retry-after', String(seconds)]])
}

/** The name of a user, under which its bodies are counted. */
const userOf = ({ tenant, client, subject }: Caller): string => JSON.stringify([tenant, client, subject])

/** A browser asks for the page of development without a token, and without a body, which would be counted by nobody. */
const asksForPage = (method: string, headers: IncomingHttpHeaders): boolean =>
  method === 'GET' && headers.authorization === undefined && !hasBody(headers) && accepts(headers.accept, ['text/html'])

/** Admits a request of a known caller, and holds its permit until the response closes. */
function admitted(
  admit: Admit,
  applicant: Applicant & { readonly response: ServerResponse },
): MaybePromise<Arrival | undefined> {
  const { request, response, caller, deadlineAt } = applicant
  const blamed = (error: unknown): undefined => {
    // What waited is taken out of the queue once its client has left.
    if (!response.closed) throw blame(request, caller, error)
  }
  const arrive = (permit: Permit | undefined): Arrival | undefined => {
    if (response.closed) return void permit?.release()
    if (permit !== undefined) response.once('close', permit.release)
    return { caller, deadlineAt, permit }
  }
  // A pipelined request asks once it is the next to be answered: a permit that waits for an answer before it could block that.
  if (response.socket === null)
    return new Promise((resolve) => response.once('socket', resolve)).then(() => admitted(admit, applicant))
  try {
    const permit = admit(applicant)
    return permit instanceof Promise ? permit.then(arrive, blamed) : arrive(permit)
  } catch (error) {
    return blamed(error)
  }
}

/** Creates what verifies the tokens of requests and streams. */
export function createVerify({ authenticate, countFailure }: VerifyOptions): Verify {
  /** Counts the failure of a token; throws where they were too many. */
  function refusal(request: IncomingMessage, error: unknown): unknown {
    if (error instanceof TokenRefusal && error.isFault) countFailure(request)
    return withStatus(error)
  }

  return (request, response, authorization) => {
    const { method, url, headers, socket } = request
    const sender =
      authorization === undefined ? request : { method, url, headers: { ...headers, authorization }, socket }
    try {
      const caller = authenticate(sender, response)
      if (!(caller instanceof Promise)) return caller
      return caller.catch((error: unknown) => {
        throw refusal(request, error)
      })
    } catch (error) {
      throw refusal(request, error)
    }
  }
}

/**
 * The front: what is decided by the header of a request to the graph, before its body is read. Fast path and Fastify
 * both call it first: form of the request → requests that wait on its connection → token → tenant → bodies under way →
 * admission.
 */
export function createFront({ verify, assertTenant, deadlines, hasPage, admit, countFailure }: FrontOptions): Front {
  const arriving = new ArrivingBodies()
  const pipelined = new PipelinedRequests()

  return (request, response) => {
    const { method = '', url = '', headers } = request
    const deadlineAt = deadlines.of(headers)
    // The token of such a request is not looked at.
    if (OTHER_METHODS.includes(method)) countFailure(request)
    refuseOtherMethods(method)
    refuseUnreadBody(method, headers)
    if (hasPage && asksForPage(method, headers)) return { caller: undefined, deadlineAt }
    refuseBareGet(method, headers)
    if (method === 'GET') refuseOtherSearch(url)
    // Node gives a response its connection once the answers before it are written.
    if (response.socket === null) pipelined.begin(request, response)
    const enter = (caller: Caller): MaybePromise<Arrival | undefined> => {
      if (response.closed) return undefined
      try {
        assertTenant(caller)
        arriving.begin(userOf(caller), request, response)
      } catch (error) {
        throw blame(request, caller, error)
      }
      return admitted(admit, { request, response, caller, deadlineAt })
    }
    const caller = verify(request, response)
    return caller instanceof Promise ? caller.then(enter) : enter(caller)
  }
}
