import { ApiError } from '../../datasources/contract/errors.js'
import type { OwnRecords, RawLoaders } from './guard.js'

/** The customers that the Open Bank Project links to the caller, and the persons recorded for them. */
export async function ownRecordsOf(loaders: RawLoaders): Promise<OwnRecords> {
  const { ofViewer, linksOf } = loaders('obp')
  const customers = await ofViewer.load()
  const links = await Promise.all(
    customers.map((customer) =>
      linksOf.load(customer).catch((error: unknown) => {
        // Contradicting links open nobody's record, and close nothing else.
        if (error instanceof ApiError && error.code === 'CONFLICT') return null
        throw error
      }),
    ),
  )
  return { customers, persons: new Set(links.flatMap((link) => link?.personId ?? [])) }
}
