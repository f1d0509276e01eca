/** The identity of an object in Relay's store, for `new Store(source, { getDataID })` and `new Environment({ getDataID, … })`. */
export const getDataID = ({ id }: { readonly id?: unknown }, typename: string): string | undefined =>
  typeof id === 'string' ? `${typename}:${id}` : undefined
