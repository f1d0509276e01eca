import { pathsBelow } from '../http/call.js'

/** The version of OBP's API that is asked; a server serves many versions at once. */
const API_VERSION = 'v4.0.0'
/** The version under which releases since 2020-11 have `createAccount`. */
const OLDER_API_VERSION = 'v3.1.0'

/** Builds the path of an endpoint. */
export const obpPath = pathsBelow(`/obp/${API_VERSION}`)
/** Builds the path of an endpoint that the server has under the older version alone. */
export const olderPath = pathsBelow(`/obp/${OLDER_API_VERSION}`)
