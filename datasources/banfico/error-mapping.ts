import type { ErrorMapping, ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'
import { refusedFields } from './mapping.js'

const codesOf = (problem: ProblemBody): string[] =>
  [...problem.items('errors').map((item) => item.text('errorCode')), problem.text('code')].flatMap((word) =>
    word && /^\w{1,64}$/.test(word) ? [word] : [],
  )

/** Statuses with a meaning that differs from the general rules. Banfico's codes cannot tell them: some stand for two statuses. */
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

/** Maps an error by its status first. Its messages may repeat the input and are not passed on. */
export function mapError({ status, header, body }: ErrorResponse): ErrorMapping {
  const problem = new ProblemBody(body)
  const codes = codesOf(problem)
  return {
    ...BY_STATUS[status],
    providerCode: codes[0],
    providerRequestId: header('transaction-xref-id'),
    fields: status === 400 ? refusedFields(problem) : undefined,
    // A new token does not supply a missing signature.
    stale: status === 401 && !codes.includes('MISSING_SIGNATURE'),
  }
}
