import type { Context } from './context.js'

/** How a reference of another subgraph becomes the object, through the same questions as everywhere else. */
export const references = {
  Customer: (key: { bankId: string; id: string }, { loaders }: Context) => loaders.obp.customerById.load(key),
  KycCheck: (key: { customerId: string; id: string }, { loaders }: Context) => loaders.obp.kycCheckById.load(key),
  Person: ({ id }: { id: string }, { loaders }: Context) => loaders.synctera.personById.load(id),
  VerificationResult: ({ id }: { id: string }, { loaders }: Context) => loaders.banfico.resultById.load(id),
}
