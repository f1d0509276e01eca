import { randomUUID } from 'node:crypto'
import { Provider as Label } from '../../schema/shared.js'
import { ApiError } from '../contract/errors.js'
import {
  type CallScope,
  type ProviderClient,
  path,
  type ErrorResponse,
  type Reply,
  parseRetryAfter,
  type ErrorMapping,
} from '../http/client.js'
import { type Answered, answers, type BanficoProblem, type BanficoResult, type Verify } from './contract.js'
import { refusedFields } from './mapping.js'

const seconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined

const longest = (...hints: (number | undefined)[]): number | undefined => {
  const given = hints.filter((hint) => hint !== undefined)
  return given.length > 0 ? Math.max(...given) : undefined
}

const answered = <Result>(reply: Reply<unknown>, result: Result): Answered<Result> => ({
  accepted: reply.status === 202,
  result,
  at: Date.now(),
  hintSeconds: longest(
    parseRetryAfter(reply.header('retry-after')),
    seconds(reply.header('expected-response-seconds')),
  ),
  slaSeconds: seconds(reply.header('responder-sla-seconds')),
})

const codesOf = ({ code, errors }: BanficoProblem): string[] =>
  [...(errors ?? []).map(({ errorCode }) => errorCode), code].flatMap((word) =>
    word && /^\w{1,64}$/.test(word) ? [word] : [],
  )

/** What the status says better than the general rules know. Banfico's own codes are no help: some stand for two statuses. */
const BY_STATUS: Readonly<Record<number, Pick<ErrorMapping, 'code' | 'message'>>> = {
  405: {
    code: 'PROVIDER_REFUSED',
    message: 'Banfico does not offer account verification where this server asks for it.',
  },
  421: {
    code: 'BAD_USER_INPUT',
    message: 'Banfico does not serve this identification scheme, or the country of this account.',
  },
}

/** Reads a refusal by its status first; the sentences in it may repeat what was sent. */
export function mapError({ status, header, body }: ErrorResponse): ErrorMapping {
  const problem = answers.problem.fits(body) ? body : {}
  const codes = codesOf(problem)
  return {
    ...BY_STATUS[status],
    providerCode: codes[0],
    providerRequestId: header('transaction-xref-id'),
    fields: status === 400 ? refusedFields(problem) : undefined,
    // A newer token does not help where a signature is wanted.
    stale: status === 401 && !codes.includes('MISSING_SIGNATURE'),
  }
}

/** Banfico's endpoints, one method each, in Banfico's words. */
export function banficoSource(client: ProviderClient, visit: CallScope) {
  const headers = () => ({ 'transaction-xref-id': randomUUID() })

  return {
    /** Asks the bank that holds the account. Each call is a new verification with an id of its own, and none may be repeated by itself. */
    async verify(verification: Verify): Promise<Answered<BanficoResult>> {
      const reply = await client.send(visit, {
        method: 'POST',
        path: path`/v1.0/account-verifications`,
        effect: 'nonRepeatableRead',
        json: { data: { verification } },
        headers: headers(),
        response: answers.verification,
      })
      return answered(reply, reply.body.data.result)
    },

    /** The outcome of an earlier verification. */
    async fetch(id: string): Promise<Answered> {
      const reply = await client.send(visit, {
        method: 'GET',
        path: path`/v1.0/account-verifications/${id}`,
        effect: 'read',
        headers: headers(),
        response: answers.any,
      })
      const result = answers.verification.fits(reply.body) ? reply.body.data.result : undefined
      // Somebody else's answer must not pass for this one's.
      if (result !== undefined && result.id !== id)
        throw new ApiError('PROVIDER_MALFORMED', {
          provider: Label.BANFICO,
          title: 'Banfico',
          providerStatus: reply.status,
        })
      if (result === undefined && reply.status !== 202)
        throw new ApiError('PROVIDER_MALFORMED', {
          provider: Label.BANFICO,
          title: 'Banfico',
          providerStatus: reply.status,
        })
      return answered(reply, result)
    },
  }
}

export type BanficoSource = ReturnType<typeof banficoSource>
