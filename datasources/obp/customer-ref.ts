/** A customer's id and a bank that the caller may name. */
export interface CustomerRef {
  readonly bankId: string
  readonly id: string
}

/** A distinct cache key per customer; the length of the id marks where the id ends. */
export const customerRefKey = ({ bankId, id }: CustomerRef): string => `${id.length} ${id}${bankId}`
