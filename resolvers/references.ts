import { ApiError } from '../datasources/contract/errors.js'
import type { RequestContext } from './context.js'

/** The members of each entity's key. */
export const keys = {
  Customer: ['bankId', 'id'],
  KycCheck: ['customerId', 'id'],
  Person: ['id'],
  VerificationResult: ['id'],
} as const

/** The key members of an entity reference of another subgraph; each must be a non-empty string. */
function keyOf<Name extends string>(reference: Reference, names: readonly Name[]): Readonly<Record<Name, string>> {
  const isBad = (name: Name) => typeof reference[name] !== 'string' || reference[name] === ''
  if (names.some(isBad))
    throw new ApiError('BAD_USER_INPUT', { message: `The reference lacks its key: ${names.filter(isBad).join(', ')}.` })
  return reference as Record<Name, string>
}

type Reference = Readonly<Record<string, unknown>>

/** Reference resolvers (`_entities`) by type; they use the guarded queries, like all resolvers. */
export const references = {
  Customer: (reference: Reference, { obp }: RequestContext) => obp.customerById(keyOf(reference, keys.Customer)),
  KycCheck: (reference: Reference, { obp }: RequestContext) => obp.kycCheckById(keyOf(reference, keys.KycCheck)),
  Person: (reference: Reference, { synctera }: RequestContext) => synctera.personById(keyOf(reference, keys.Person).id),
  VerificationResult: (reference: Reference, { banfico }: RequestContext) =>
    banfico.resultById(keyOf(reference, keys.VerificationResult).id),
}
