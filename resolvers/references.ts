import { Failure } from '../datasources/errors.js'
import type { Context } from './context.js'

/** The key of a reference, which another subgraph wrote: each member must be there, as a text. */
function keyOf<Name extends string>(reference: Readonly<Record<string, unknown>>, ...names: Name[]): Record<Name, string> {
  const bad = names.filter((name) => typeof reference[name] !== 'string' || reference[name] === '')
  if (bad.length > 0) throw new Failure('BAD_USER_INPUT', { message: `The reference lacks its key: ${bad.join(', ')}.` })
  return Object.fromEntries(names.map((name) => [name, reference[name]])) as Record<Name, string>
}

type Reference = Readonly<Record<string, unknown>>

/** How a reference of another subgraph becomes the object, through the same questions as everywhere else. */
export const references = {
  Customer: (reference: Reference, { loaders }: Context) => loaders.obp.customerById.load(keyOf(reference, 'bankId', 'id')),
  KycCheck: (reference: Reference, { loaders }: Context) => loaders.obp.kycCheckById.load(keyOf(reference, 'customerId', 'id')),
  Person: (reference: Reference, { loaders }: Context) => loaders.synctera.personById.load(keyOf(reference, 'id').id),
  VerificationResult: (reference: Reference, { loaders }: Context) => loaders.banfico.resultById.load(keyOf(reference, 'id').id),
}
