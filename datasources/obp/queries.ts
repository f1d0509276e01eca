import { customerQueries } from './customers/queries.js'
import { definitionQueries } from './definitions/queries.js'
import { engagementQueries } from './engagement/queries.js'
import { kycQueries } from './kyc/queries.js'
import { linkQueries } from './links/queries.js'
import { recordQueries } from './records/queries.js'

/** The queries of the Open Bank Project. */
export const obpQueries = {
  ...customerQueries,
  ...kycQueries,
  ...recordQueries,
  ...linkQueries,
  ...definitionQueries,
  ...engagementQueries,
}
