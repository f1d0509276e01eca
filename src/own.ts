import type { Readings } from '../datasources/provider.js'
import type { Own } from './guard.js'

/** The customers that the provider links to the caller, and the persons recorded for them. */
export async function ownOf(_loaders: (room: never) => Readings): Promise<Own> {
  return { customers: [], persons: new Set() }
}
