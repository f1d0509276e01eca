import { randomUUID } from 'node:crypto'
import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError, copyError, retryAfterOf } from '../contract/errors.js'
import { type Call, type CallScope, detachedScope, type Reply } from '../http/call.js'
import { isAmbiguousStatus } from '../http/classify.js'
import type { ProviderClient } from '../http/client.js'
import { parseRetryAfter, parseSeconds } from '../http/retry-after.js'
import {
  answers,
  type ApiVersion,
  type BanficoAnswer,
  type BanficoReply,
  type BanficoResult,
  verificationPath,
  verificationsPath,
  type Verify,
} from './contract.js'
import { mapError } from './error-mapping.js'
import { requestBody } from './mapping.js'
import { namesOther } from './question.js'

const maxOf = (...hints: (number | undefined)[]): number | undefined => {
  const given = hints.filter((hint) => hint !== undefined)
  return given.length > 0 ? Math.max(...given) : undefined
}

const toReply = <Result>(reply: Reply<unknown>, result: Result, at: number): BanficoReply<Result> => ({
  accepted: reply.status === 202,
  result,
  at,
  hintSeconds: maxOf(
    parseRetryAfter(reply.header('retry-after')),
    parseSeconds(reply.header('expected-response-seconds')),
  ),
  slaSeconds: parseSeconds(reply.header('responder-sla-seconds')),
})

/** The scope of a call that several operations may wait for: it does not end with the operation that began it. */
export const sharedScope = ({ correlationId, interactionId, trace, share }: CallScope): CallScope => ({
  signal: detachedScope.signal,
  correlationId,
  interactionId,
  trace,
  share,
})

const malformed = (providerStatus: number): ApiError =>
  new ApiError('PROVIDER_MALFORMED', { provider: Label.BANFICO, title: 'Banfico', providerStatus })

/** An answer that may belong to another question than the one that it was given for. */
export class AmbiguousAnswer extends ApiError {
  constructor() {
    super('PROVIDER_MALFORMED', {
      provider: Label.BANFICO,
      message: 'Banfico gave an answer that may belong to another verification.',
    })
  }
}

/** True where the check may have been carried out, and billed, although its answer is not known. */
export function isLostAnswer({ code, extensions }: ApiError): boolean {
  const status = extensions['providerStatus'] as number | undefined
  return status === undefined ? code === 'PROVIDER_TIMEOUT' : isAmbiguousStatus(status)
}

/** The error of a check that was sent: where the answer is lost, only the caller decides on another check. */
const afterSending = (error: ApiError): ApiError =>
  isLostAnswer(error) ? copyError(error, { retryable: false }) : error

/** The error of a check that was not sent: what failed is no answer to it, and no lost one. */
function beforeSending(error: ApiError): ApiError {
  if (error.code !== 'PROVIDER_TIMEOUT' && error.code !== 'PROVIDER_UNAVAILABLE') return error
  const retryAfterSeconds = retryAfterOf(error)
  return new ApiError('PROVIDER_UNAVAILABLE', {
    provider: Label.BANFICO,
    title: 'Banfico',
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

/** Banfico's endpoints, one method each, in Banfico's words. `now` is the clock that polls are scheduled by. */
export function banficoSource(client: ProviderClient, version: ApiVersion, now: () => number) {
  const headers = (xRefId: string) => ({ 'transaction-xref-id': xRefId })

  return {
    /** Asks the bank that holds the account. Each call begins a new verification with its own id, so none is retried. */
    async verify(scope: CallScope, verification: Verify): Promise<BanficoReply<BanficoResult>> {
      const xRefId = randomUUID()
      let isSent = false
      const call: Call<BanficoAnswer> = {
        method: 'POST',
        path: verificationsPath(version),
        effect: 'nonRepeatableRead',
        json: requestBody(verification, version, xRefId),
        headers: headers(xRefId),
        response: answers.verification,
        mapError: (response) => {
          const mapping = mapError(response)
          // It was not carried out, and is sent anew with another token.
          if (mapping.stale) isSent = false
          return mapping
        },
      }
      const reply = await client.send({ ...scope, markSent: () => (isSent = true) }, call).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error
        throw isSent ? afterSending(error) : beforeSending(error)
      })
      const { result } = reply.body.data
      if (result.account != null && namesOther(result.account, verification.account)) throw malformed(reply.status)
      return toReply(reply, result, now())
    },

    /** The state of an earlier verification. */
    async fetch(scope: CallScope, id: string): Promise<BanficoReply> {
      const reply = await client.send(scope, {
        method: 'GET',
        path: verificationPath(version, id),
        effect: 'read',
        headers: headers(randomUUID()),
        response: answers.any,
      })
      const result = answers.verification.fits(reply.body) ? reply.body.data.result : undefined
      // The result of another verification must not be returned for this one; only a 202 may have no result.
      if (result === undefined ? reply.status !== 202 : result.id !== id) throw malformed(reply.status)
      return toReply(reply, result, now())
    },
  }
}

export type BanficoSource = ReturnType<typeof banficoSource>
