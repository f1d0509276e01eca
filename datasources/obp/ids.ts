/**
 * The form of an id. Any other text is never sent: error messages repeat ids, and an id could be read there as an error
 * code.
 */
export const isId = (id: string): boolean => /^[\w.:-]{1,255}$/.test(id)
