import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError, unreadableRow } from '../contract/errors.js'

/** The error of a row of Synctera's that does not fit its contract. */
export const unreadableSyncteraRow = (): ApiError => unreadableRow(Label.SYNCTERA, 'Synctera')

/** The error of a list whose page tokens do not end. */
export const endlessList = (): ApiError =>
  new ApiError('PROVIDER_MALFORMED', {
    provider: Label.SYNCTERA,
    message: 'Synctera answered a list that does not end.',
  })

/** The error of a page token that no cursor can hold. */
export const longToken = (): ApiError =>
  new ApiError('PROVIDER_MALFORMED', {
    provider: Label.SYNCTERA,
    message: 'Synctera answered a page token that is too long.',
  })

/** The error of a record that was asked for by its id, in place of which Synctera answered another one. */
export const otherRecord = (): ApiError =>
  new ApiError('PROVIDER_MALFORMED', {
    provider: Label.SYNCTERA,
    message: 'Synctera answered another record than the one that was asked for.',
  })

/** The error of a monitoring record that is no person's: businesses are none of this graph. */
export const noMonitoringRecord = (): ApiError =>
  new ApiError('NOT_FOUND', {
    provider: Label.SYNCTERA,
    message: 'Synctera has no such monitoring record of a person.',
  })
