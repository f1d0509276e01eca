/** The greatest request body in bytes. */
export const MAX_BODY_BYTES = 256 * 1024
