import type { VerificationResult } from '../../schema/verification.js'
import { askedByCaller } from '../contract/operations.js'
import { mayRead } from './asker.js'
import { query } from './instance.js'
import { jobQueries } from './jobs.js'
import { results } from './results.js'

/** Banfico's queries. */
export const banficoQueries = {
  resultById: query<string, VerificationResult | null>({
    scope: 'verifications:read',
    owner: askedByCaller,
    type: 'VerificationResult',
    load(instance, operation, id) {
      const cached = instance.resultCache.get(id)
      if (cached === undefined) return operation.loader(instance, results).load(id)
      return Promise.resolve(mayRead(operation, cached.of) ? cached.result : null)
    },
  }),
  ...jobQueries,
}
