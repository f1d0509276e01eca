import type { StateEvent, Watched } from './event-log.js'

/** The id of an object in one form: those of Synctera are UUIDs, which differ in case and name one person. */
export const canonicalId = ({ type, id }: Pick<Watched, 'type' | 'id'>): string =>
  type === 'personVerification' ? id.toLowerCase() : id

/** The key of an object in the memory of a process. Neither a type nor the id of a tenant has a space. */
export const objectKey = (object: Watched): string => `${object.type} ${object.tenant ?? ''} ${canonicalId(object)}`

/** The object that an event is of. */
export const objectOf = ({ tenant, type, objectId: id }: StateEvent): Watched => ({ tenant, type, id })
